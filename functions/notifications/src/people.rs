//! From recipients to people with an address.

use std::collections::BTreeMap;

use domain::access::Role;
use domain::events::Event;
use domain::ids::ClientId;
use domain::notices::Recipient;
use domain::users::{Email, User, UserState};
use domain::zone::Zone;
use runtime::{ReactionCx, Result};
use store::users::UserFilter;
use store::{PageRequest, Versioned};

/// Most people who are told of one thing; a role that more have is a mailing list, not an escalation.
const MAX_PEOPLE: usize = 100;
/// Users read at once.
const PAGE: u32 = 100;

/// Somebody who gets a letter.
pub(crate) struct Person {
    /// Where it goes.
    pub(crate) email: Email,
    /// How they are greeted.
    pub(crate) name: String,
    /// Whose time it tells; the tenant's when absent.
    pub(crate) zone: Option<Zone>,
    /// Whether they are told because they pay.
    pub(crate) pays: bool,
    /// Their account, if they have one.
    pub(crate) user: Option<User>,
}

/// Everybody who is to get a letter, once for each address.
pub(crate) async fn people(cx: &ReactionCx, recipients: &[Recipient]) -> Result<Vec<Person>> {
    let mut found = BTreeMap::new();
    for recipient in recipients {
        for person in resolve(cx, *recipient).await? {
            found.entry(person.email.clone()).or_insert(person);
        }
    }
    let told = found.len().min(MAX_PEOPLE);
    if told < found.len() {
        tracing::warn!(event = %cx.envelope.id, left_out = found.len() - told, "more people than one event may tell");
    }
    Ok(found.into_values().take(MAX_PEOPLE).collect())
}

async fn resolve(cx: &ReactionCx, recipient: Recipient) -> Result<Vec<Person>> {
    Ok(match recipient {
        Recipient::User(id) => {
            known(cx.store.user(id).await)?.filter(|user| reachable(cx, user)).map(of_user).into_iter().collect()
        }
        Recipient::Contact(client, id) => {
            let contact = known(cx.store.contact(client, id).await)?.filter(|contact| contact.active);
            let person = contact.and_then(|contact| {
                Some(Person { email: contact.email?, name: contact.name, zone: None, pays: false, user: None })
            });
            person.into_iter().collect()
        }
        Recipient::Payer(id) => {
            let name = known(cx.store.client(id).await)?.map(|client| client.name).unwrap_or_default();
            let emails = cx.store.client_billing(id).await?.value.emails.into_iter();
            emails.map(|email| Person { email, name: name.clone(), zone: None, pays: true, user: None }).collect()
        }
        Recipient::Everybody(role) => {
            let all = everybody(cx, role, None).await?.into_iter();
            all.filter(|user| reachable(cx, user)).map(of_user).collect()
        }
        Recipient::EverybodyAt(client, role) => {
            let all = everybody(cx, role, Some(client)).await?.into_iter();
            all.filter(|user| reachable(cx, user)).map(of_user).collect()
        }
    })
}

/// Whether a letter to this account has a point: it is in use, or being invited into use.
fn reachable(cx: &ReactionCx, user: &User) -> bool {
    match cx.envelope.event {
        Event::UserInvited { .. } => user.state == UserState::Invited,
        _ => user.is_active(),
    }
}

async fn everybody(cx: &ReactionCx, role: Role, client: Option<ClientId>) -> Result<Vec<User>> {
    let filter = UserFilter { roles: vec![role], client, state: Some(UserState::Active) };
    let mut page = PageRequest { limit: PAGE, cursor: None };
    let mut all = Vec::new();
    loop {
        let found = cx.store.users(&filter, &page).await?;
        all.extend(found.items.into_iter().map(|user| user.value));
        page.cursor = found.next;
        if page.cursor.is_none() || all.len() > MAX_PEOPLE {
            return Ok(all);
        }
    }
}

fn of_user(user: User) -> Person {
    let (email, name, zone) = (user.email.clone(), user.name.clone(), user.zone.clone());
    Person { email, name, zone, pays: false, user: Some(user) }
}

/// Somebody who is gone is not told, and nothing is wrong with it.
pub(crate) fn known<T>(read: store::Result<Versioned<T>>) -> Result<Option<T>> {
    match read {
        Ok(found) => Ok(Some(found.value)),
        Err(store::Error::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
