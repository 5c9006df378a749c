//! Ids in a body that name something else: it must exist, and belong to the same tenant.

use std::collections::BTreeMap;

use domain::ids::{CalendarId, ClientId, ContactId, ContractId, DepartmentId, InvoiceId, PolicyId, ProductId, UserId};
use domain::invalid::Check;
use domain::sla::SlaChoice;
use futures::future::try_join_all;
use store::TenantStore;

use crate::error::Result;

/// Most look-ups at once: a department can name a hundred people.
const SIDE_BY_SIDE: usize = 25;

/// Something that a body names by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// A client.
    Client(ClientId),
    /// A contact of a client.
    Contact(ClientId, ContactId),
    /// A department of the MSP.
    Department(DepartmentId),
    /// A calendar.
    Calendar(CalendarId),
    /// An SLA policy.
    Policy(PolicyId),
    /// An invoice.
    Invoice(InvoiceId),
    /// A user.
    User(UserId),
    /// A user to whom work can be given.
    Agent(UserId),
    /// A user of the MSP's own.
    Staff(UserId),
    /// A contract.
    Contract(ContractId),
    /// A contract of a client.
    ContractOf(ClientId, ContractId),
    /// A product of the software catalogue.
    Product(ProductId),
}

impl Reference {
    /// What a choice of SLA names, if it names a policy.
    pub fn of_choice(choice: SlaChoice) -> Option<Self> {
        match choice {
            SlaChoice::Policy(policy) => Some(Reference::Policy(policy)),
            SlaChoice::Inherit | SlaChoice::None => None,
        }
    }

    /// What is wrong when it is not there.
    fn missing(self) -> &'static str {
        match self {
            Reference::Agent(_) => "names nobody who is active and may work on tickets; check the id",
            Reference::Staff(_) => "names nobody of the MSP who is active; check the id",
            _ => "names nothing that you have; check the id",
        }
    }

    async fn exists(self, store: &TenantStore) -> Result<bool> {
        let found = match self {
            Reference::Client(id) => store.client(id).await.map(|_| true),
            Reference::Contact(client, id) => store.contact(client, id).await.map(|_| true),
            Reference::Department(id) => store.department(id).await.map(|_| true),
            Reference::Calendar(id) => store.calendar(id).await.map(|_| true),
            Reference::Policy(id) => store.policy(id).await.map(|_| true),
            Reference::Invoice(id) => store.invoice(id).await.map(|_| true),
            Reference::User(id) => store.user(id).await.map(|_| true),
            Reference::Agent(id) => store.user(id).await.map(|user| user.value.takes_work()),
            Reference::Product(id) => store.product(id).await.map(|_| true),
            Reference::Contract(id) => store.contract_root(id).await.map(|_| true),
            Reference::ContractOf(client, id) => {
                store.contract_root(id).await.map(|of| of.value.contract.client == client)
            }
            Reference::Staff(id) => store.user(id).await.map(|user| user.value.is_staff()),
        };
        match found {
            Ok(fits) => Ok(fits),
            Err(store::Error::NotFound) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// The calendar and the SLA that a tenant, a department or a client goes by.
pub fn calendar_and_sla(
    calendar: Option<CalendarId>,
    sla: SlaChoice,
) -> impl Iterator<Item = (String, Option<Reference>)> {
    let calendar = calendar.map(Reference::Calendar);
    [("/calendar".to_owned(), calendar), ("/sla".to_owned(), Reference::of_choice(sla))].into_iter()
}

/// A list of users to whom work can be given; `field` points at the list.
pub fn agents(field: &str, users: &[UserId]) -> impl Iterator<Item = (String, Option<Reference>)> {
    users.iter().enumerate().map(move |(index, user)| (format!("{field}/{index}"), Some(Reference::Agent(*user))))
}

/// Checks that all of these exist; each comes with the JSON pointer of its field.
///
/// # Errors
/// 400 with every field that names nothing.
pub async fn exist(
    store: &TenantStore,
    named: impl IntoIterator<Item = (impl Into<String>, Option<Reference>)>,
) -> Result<()> {
    let named = named.into_iter().filter_map(|(field, reference)| Some((field.into(), reference?)));
    let named: Vec<(String, Reference)> = named.collect();
    // What is named twice is looked up once.
    let mut found: BTreeMap<Reference, bool> = named.iter().map(|(_, reference)| (*reference, false)).collect();
    let all: Vec<Reference> = found.keys().copied().collect();
    for some in all.chunks(SIDE_BY_SIDE) {
        let looked = some
            .iter()
            .map(|&reference| async move { reference.exists(store).await.map(|exists| (reference, exists)) });
        found.extend(try_join_all(looked).await?);
    }
    let mut check = Check::new();
    for (field, reference) in named {
        check.that(found[&reference], &field, "unknown", reference.missing());
    }
    Ok(check.done()?)
}
