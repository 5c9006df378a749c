//! Count a client's contacts as they come and go, for contracts that bill them. It counts what is there now, so that
//! events in any order, however often, come to the same.

use contract::metering::COUNT_CONTACTS;
use domain::billing::bill::Count;
use domain::billing::contract::Counted;
use domain::billing::metering::ClientCount;
use domain::events::Event;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;

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
    let what = Counted::Contacts;
    let from = match contract {
        None => today,
        Some(contract) => {
            let starts_on = cx.store.contract_root(contract).await?.value.contract.schedule.starts_on.min(today);
            let known = cx.store.counts(client, what, Some(starts_on)).await?;
            if known.iter().any(|count| count.from <= starts_on) {
                return Ok(cx.store.commit());
            }
            // Whoever is there when it is signed is billed from its first day on.
            starts_on
        }
    };
    let rev = cx.store.count_rev(client, what, from).await?;
    let quantity = cx.store.active_contacts(client).await?.into();
    let count = ClientCount { client, count: Count { what, from, quantity }, recorded_at: cx.now };
    Ok(cx.store.commit().update(&count, rev))
}
