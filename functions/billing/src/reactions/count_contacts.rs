//! Count a client's contacts as they come and go, for contracts that bill them. It counts what is there now, so that
//! events in any order, however often, come to the same.

use contract::metering::COUNT_CONTACTS;
use domain::billing::bill::Count;
use domain::billing::contract::Counted;
use domain::billing::metering::ClientCount;
use domain::events::Event;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;

use crate::counting::contacts_missing;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(COUNT_CONTACTS, count_contacts)
}

async fn count_contacts(cx: ReactionCx) -> Result<Commit> {
    let (client, contract) = match cx.envelope.event {
        Event::ContactAdded { client, .. } | Event::ContactChanged { client, .. } => (client, None),
        Event::ContractSigned { client, contract } | Event::ContractAmended { client, contract } => {
            (client, Some(contract))
        }
        _ => return Ok(cx.store.commit()),
    };
    // What is not there, or not any more, has nothing to be counted.
    let zone = match cx.store.tenant_record().await {
        Ok(tenant) => tenant.value.zone,
        Err(store::Error::NotFound) => return Ok(cx.store.commit()),
        Err(error) => return Err(error.into()),
    };
    let today = zone.date(cx.now);
    let count = match contract {
        None => Some(Count::new(Counted::Contacts.into(), today, cx.store.active_contacts(client).await?.into())),
        Some(contract) => {
            let starts_on = cx.store.contract_root(contract).await?.value.contract.schedule.starts_on.min(today);
            contacts_missing(&cx.store, client, starts_on).await?
        }
    };
    let Some(count) = count else { return Ok(cx.store.commit()) };
    let rev = cx.store.count_rev(client, count.of(), count.from).await?;
    Ok(cx.store.commit().update(&ClientCount { client, count, recorded_at: cx.now }, rev))
}
