//! The tenant without its tickets.

use std::collections::HashMap;

use domain::access::Actor;
use domain::calendar::{Calendar, OpenTime};
use domain::clients::Client;
use domain::departments::Department;
use domain::error::Refusal;
use domain::ids::{CalendarId, ClientId, ContactId, DepartmentId, TenantId, UserId};
use domain::sla::{Plan, Policy, resolve, which_calendar};
use domain::tenants::{self, NewTenant, Tenant, TenantChanges};
use domain::users::User;
use jiff::{SignedDuration, Timestamp};

use super::clients::{self, Contacts};
use super::{TENANT_NAME, id, known, people, promises};

/// How long Nordlicht IT has been a tenant: longer than its tickets go back.
const SINCE_DAYS: i64 = 400;

/// Who is there and what is promised.
pub(super) struct House {
    pub(super) tenant: Tenant,
    /// The owner first.
    pub(super) users: Vec<User>,
    pub(super) calendars: Vec<Calendar>,
    pub(super) policies: Vec<Policy>,
    pub(super) departments: Vec<Department>,
    pub(super) clients: Vec<Client>,
    pub(super) contacts: Contacts,
    shifts: HashMap<UserId, OpenTime>,
}

impl House {
    /// The same house every time.
    pub(super) fn build(hash: &str, now: Timestamp) -> Result<Self, Refusal> {
        let since = now - SignedDuration::from_hours(24 * SINCE_DAYS);
        let tenant_id = id(1, TenantId::from_uuid);
        let owner = people::owner(tenant_id, hash.to_owned(), since)?;
        let new = NewTenant { name: TENANT_NAME.to_owned(), zone: known("Europe/Berlin"), currency: known("EUR") };
        let tenant = tenants::sign_up(tenant_id, new, owner.id, since)?.state;
        let changes = TenantChanges {
            sla: Some(promises::under(promises::BRONZE)),
            calendar: Some(Some(id(promises::BERLIN, CalendarId::from_uuid))),
            intake: Some(Some(id(1, DepartmentId::from_uuid))),
            ..TenantChanges::default()
        };
        let clients = clients::clients(since)?;
        let contacts = Contacts::at(&clients, since)?;
        let actor = owner.actor();
        let mut users = vec![owner];
        users.extend(people::staff(&actor, hash, since)?);
        users.extend(people::of_clients(&contacts, &actor, hash, since)?);
        Ok(House {
            tenant: tenants::change(tenant, changes)?.state,
            shifts: users.iter().map(|user| (user.id, people::shift(user))).collect(),
            users,
            calendars: promises::calendars(since)?,
            policies: promises::policies(since)?,
            departments: promises::departments(since)?,
            clients,
            contacts,
        })
    }

    /// Somebody of the house.
    pub(super) fn user(&self, user: UserId) -> Result<&User, Refusal> {
        self.users.iter().find(|candidate| candidate.id == user).ok_or(Refusal::NotFound)
    }

    /// Somebody as a caller.
    pub(super) fn actor(&self, user: UserId) -> Result<Actor, Refusal> {
        Ok(self.user(user)?.actor())
    }

    /// A client.
    pub(super) fn client(&self, client: ClientId) -> Result<&Client, Refusal> {
        self.clients.iter().find(|candidate| candidate.id == client).ok_or(Refusal::NotFound)
    }

    /// A department, if any.
    pub(super) fn department(&self, department: Option<DepartmentId>) -> Option<&Department> {
        self.departments.iter().find(|candidate| Some(candidate.id) == department)
    }

    /// The sign-in of a contact, if they have one.
    pub(super) fn sign_in(&self, contact: ContactId) -> Option<&User> {
        let contact = self.contacts.0.iter().find(|candidate| candidate.id == contact)?;
        self.users.iter().find(|user| contact.email.as_ref() == Some(&user.email))
    }

    /// When somebody works.
    pub(super) fn shift(&self, user: UserId) -> Option<&OpenTime> {
        self.shifts.get(&user)
    }

    /// Whether somebody is at work.
    pub(super) fn at_work(&self, user: UserId, at: Timestamp) -> bool {
        self.shift(user).is_some_and(|shift| shift.is_open(at))
    }

    /// The plan that holds for a client's tickets in a department.
    pub(super) fn plan(&self, client: ClientId, department: Option<DepartmentId>) -> Result<Option<Plan>, Refusal> {
        let client = self.client(client)?;
        let department = self.department(department);
        let Some(policy) = resolve(None, client.sla, department.map(|department| department.sla), self.tenant.sla)
        else {
            return Ok(None);
        };
        let policy = self.policies.iter().find(|candidate| candidate.id == policy).ok_or(Refusal::NotFound)?;
        let of_department = department.and_then(|department| department.calendar);
        let calendar = which_calendar(policy, client.calendar, of_department, self.tenant.calendar);
        Ok(Some(Plan::new(policy.clone(), self.calendar(calendar))))
    }

    /// A calendar, if any.
    pub(super) fn calendar(&self, calendar: Option<CalendarId>) -> Option<&Calendar> {
        self.calendars.iter().find(|candidate| Some(candidate.id) == calendar)
    }
}
