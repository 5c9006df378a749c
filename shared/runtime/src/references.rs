//! Ids in a body that name something else: it must exist, and belong to the same tenant.

use domain::ids::{CalendarId, ClientId, ContactId, DepartmentId, PolicyId, UserId};
use domain::invalid::Check;
use domain::sla::SlaChoice;
use futures::future::try_join_all;
use store::TenantStore;

use crate::error::Result;

/// Something that a body names by its id.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// A user.
    User(UserId),
}

impl Reference {
    /// What a choice of SLA names, if it names a policy.
    pub fn of_choice(choice: SlaChoice) -> Option<Self> {
        match choice {
            SlaChoice::Policy(policy) => Some(Reference::Policy(policy)),
            SlaChoice::Inherit | SlaChoice::None => None,
        }
    }

    async fn exists(self, store: &TenantStore) -> Result<bool> {
        let found = match self {
            Reference::Client(id) => store.client(id).await.map(|_| ()),
            Reference::Contact(client, id) => store.contact(client, id).await.map(|_| ()),
            Reference::Department(id) => store.department(id).await.map(|_| ()),
            Reference::Calendar(id) => store.calendar(id).await.map(|_| ()),
            Reference::Policy(id) => store.policy(id).await.map(|_| ()),
            Reference::User(id) => store.user(id).await.map(|_| ()),
        };
        match found {
            Ok(()) => Ok(true),
            Err(store::Error::NotFound) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
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
    let looked = named.map(|(field, reference): (String, Reference)| async move {
        reference.exists(store).await.map(|exists| (field, exists))
    });
    let mut check = Check::new();
    for (field, exists) in try_join_all(looked).await? {
        check.that(exists, &field, "unknown", "names nothing that you have; check the id");
    }
    Ok(check.done()?)
}
