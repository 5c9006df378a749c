//! Count a client's licences as their seats change, for contracts that bill them. What they are on a day follows from
//! their dates, so that events in any order, however often, come to the same.

use contract::renewals::COUNT;
use domain::billing::bill::Count;
use domain::billing::contract::Counted;
use domain::billing::metering::ClientCount;
use domain::events::Event;
use domain::ids::ClientId;
use domain::licences::count::{changes_between, counted_on};
use jiff::civil::Date;
use runtime::{ReactionCx, ReactionHandler, Result};
use rust_decimal::Decimal;
use store::Commit;
use store::licences::Licensed;

/// What is counted here.
const WHAT: Counted = Counted::ActiveLicences;
/// Most counts that one signature writes: it is one transaction, of which DynamoDB takes 100 actions. Of more, the latest.
const MOST_COUNTS: usize = 90;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(COUNT, count_licences)
}

async fn count_licences(cx: ReactionCx) -> Result<Commit> {
    match cx.envelope.event {
        Event::LicencesChanged { client, on } => {
            let licensed = cx.store.licensed(client).await?;
            write(&cx, client, &licensed, &[on]).await
        }
        Event::ContractSigned { client, contract } | Event::ContractAmended { client, contract } => {
            let licensed = cx.store.licensed(client).await?;
            // Who counts no licence here counts them elsewhere, and says so.
            if licensed.iter().all(|licence| licence.counted.is_empty()) {
                return Ok(cx.store.commit());
            }
            let zone = cx.store.tenant_record().await?.value.zone;
            let today = zone.date(cx.now);
            let starts_on = cx.store.contract_root(contract).await?.value.contract.schedule.starts_on.min(today);
            let known = cx.store.counts(client, WHAT, Some(starts_on)).await?;
            if known.iter().any(|count| count.from <= starts_on) {
                return Ok(cx.store.commit());
            }
            // What was licensed when it starts is billed from then on, up to what is counted already.
            let until = known.first().map_or(today, |count| count.from.min(today));
            let mut days = changes_between(licensed.iter().map(Licensed::counting), starts_on, until);
            days.retain(|day| known.iter().all(|count| count.from != *day));
            let latest = days.len().saturating_sub(MOST_COUNTS);
            write(&cx, client, &licensed, &days[latest..]).await
        }
        _ => Ok(cx.store.commit()),
    }
}

async fn write(cx: &ReactionCx, client: ClientId, licensed: &[Licensed], days: &[Date]) -> Result<Commit> {
    let mut commit = cx.store.commit();
    for from in days {
        let rev = cx.store.count_rev(client, WHAT, *from).await?;
        let quantity = Decimal::from(counted_on(licensed.iter().map(Licensed::counting), *from));
        let count = ClientCount { client, count: Count { what: WHAT, from: *from, quantity }, recorded_at: cx.now };
        commit = commit.update(&count, rev);
    }
    Ok(commit)
}
