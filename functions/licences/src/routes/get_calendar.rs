//! Read a calendar of renewals.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::Vacant;

use contract::renewals::{CalendarQuery, GET_CALENDAR};
use contract::{NoBody, NoPath, Nothing};
use domain::access::Permission;
use domain::ids::ClientId;
use domain::licences::feed::{Entry, calendar};
use runtime::{Answer, Error, Handler, In, PublicCx, Result};
use store::{PageRequest, TenantStore};

use crate::calendars::Address;

/// Most licences that a calendar shows, those that come first: more than that is no calendar that people look at, and the
/// list shows all.
const MOST_ENTRIES: usize = 500;
/// Licences that are read at once.
const PAGE: u32 = 100;

/// The route.
pub fn route() -> Handler {
    Handler::public(GET_CALENDAR, get_calendar)
}

async fn get_calendar(cx: PublicCx, input: In<NoPath, CalendarQuery, NoBody>) -> Result<Answer<Nothing>> {
    let address = Address::read(input.query.token.reveal(), cx.world.secrets()?).ok_or_else(Error::not_found)?;
    let store = cx.store.for_tenant(address.tenant);
    let user = store.user(address.user).await?.value;
    // Whoever may not read licences any more, or not these, has no calendar of them.
    let sees = user.client.is_none_or(|own| address.client == Some(own));
    if !user.is_active() || !user.role.may(Permission::LicenceRead) || !sees {
        return Err(Error::not_found());
    }
    let tenant = store.tenant_record().await?.value;
    let entries = entries(&store, address.client).await?;
    let name = format!("Licence renewals, {}", tenant.name);
    Ok(Answer::text(calendar(&name, &entries, &cx.world.config.app_url)))
}

async fn entries(store: &TenantStore, client: Option<ClientId>) -> Result<Vec<Entry>> {
    let (mut entries, mut names) = (Vec::new(), BTreeMap::new());
    let mut page = PageRequest { limit: PAGE, cursor: None };
    loop {
        let found = store.licence_terms(client, None, &page).await?;
        for of in found.items.into_iter().map(|of| of.value) {
            let Some(coming) = of.coming else { continue };
            if let Vacant(unknown) = names.entry(of.client) {
                unknown.insert(store.client(of.client).await?.value.name);
            }
            let client = names[&of.client].clone();
            entries.push(Entry { licence: of.licence, name: of.name, client, coming, updated_at: of.updated_at });
        }
        page.cursor = found.next;
        if page.cursor.is_none() || entries.len() >= MOST_ENTRIES {
            entries.truncate(MOST_ENTRIES);
            return Ok(entries);
        }
    }
}
