//! Which promise holds for a ticket: the policy and calendar of its client's contract, client, department and tenant.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use domain::calendar::Calendar;
use domain::clients::Client;
use domain::departments::Department;
use domain::ids::{CalendarId, ClientId, DepartmentId, PolicyId};
use domain::sla::{Plan, Policy, resolve, which_calendar};
use domain::tenants::Tenant;
use domain::tickets::Ticket;
use futures::try_join;
use runtime::Result;
use store::TenantStore;
use tokio::sync::{Mutex, OnceCell};

/// Finds plans, and reads what they are made of once: for a request, or for a tenant in a job's run.
pub struct Plans {
    store: TenantStore,
    tenant: OnceCell<Arc<Tenant>>,
    clients: Read<ClientId, Client>,
    departments: Read<DepartmentId, Department>,
    policies: Read<PolicyId, Policy>,
    calendars: Read<CalendarId, Calendar>,
}

type Read<K, V> = Mutex<HashMap<K, Arc<V>>>;

impl Plans {
    /// Nothing read yet.
    pub fn new(store: TenantStore) -> Self {
        Plans {
            store,
            tenant: OnceCell::new(),
            clients: Mutex::default(),
            departments: Mutex::default(),
            policies: Mutex::default(),
            calendars: Mutex::default(),
        }
    }

    /// The plan that holds for a ticket.
    pub async fn of(&self, ticket: &Ticket) -> Result<Option<Plan>> {
        self.find(ticket.client, ticket.department).await
    }

    /// The plan that holds for tickets of a client in a department; `None` is no SLA.
    pub async fn find(&self, client: ClientId, department: Option<DepartmentId>) -> Result<Option<Plan>> {
        let (tenant, client, department) =
            try_join!(self.tenant(), self.client(client), self.department_if(department))?;
        let at_department = department.as_ref().map(|department| department.sla);
        let of_contract = client.contract_sla();
        let Some(policy) = resolve(of_contract, client.sla, at_department, tenant.sla) else { return Ok(None) };
        let policy = self.policy(policy).await?;
        let of_department = department.and_then(|department| department.calendar);
        let calendar = match which_calendar(&policy, client.calendar, of_department, tenant.calendar) {
            Some(id) => Some(self.calendar(id).await?),
            None => None,
        };
        Ok(Some(Plan::new((*policy).clone(), calendar.as_deref())))
    }

    /// The client.
    pub async fn client(&self, id: ClientId) -> Result<Arc<Client>> {
        read_once(&self.clients, id, || async { Ok(self.store.client(id).await?.value) }).await
    }

    /// The department.
    pub async fn department(&self, id: DepartmentId) -> Result<Arc<Department>> {
        read_once(&self.departments, id, || async { Ok(self.store.department(id).await?.value) }).await
    }

    async fn department_if(&self, id: Option<DepartmentId>) -> Result<Option<Arc<Department>>> {
        match id {
            Some(id) => self.department(id).await.map(Some),
            None => Ok(None),
        }
    }

    /// The tenant.
    pub async fn tenant(&self) -> Result<Arc<Tenant>> {
        let read = || async { Ok(Arc::new(self.store.tenant_record().await?.value)) };
        self.tenant.get_or_try_init(read).await.cloned()
    }

    async fn policy(&self, id: PolicyId) -> Result<Arc<Policy>> {
        read_once(&self.policies, id, || async { Ok(self.store.policy(id).await?.value) }).await
    }

    async fn calendar(&self, id: CalendarId) -> Result<Arc<Calendar>> {
        read_once(&self.calendars, id, || async { Ok(self.store.calendar(id).await?.value) }).await
    }
}

async fn read_once<K: Eq + Hash + Copy, V, Fut>(
    known: &Read<K, V>,
    key: K,
    read: impl FnOnce() -> Fut,
) -> Result<Arc<V>>
where
    Fut: Future<Output = Result<V>>,
{
    if let Some(value) = known.lock().await.get(&key) {
        return Ok(value.clone());
    }
    let value = Arc::new(read().await?);
    known.lock().await.insert(key, value.clone());
    Ok(value)
}
