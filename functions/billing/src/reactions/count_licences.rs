//! Count a client's licences as their seats change, for contracts that bill them: all of them, and those of each product. What
//! they are on a day follows from their dates, so that events in any order, however often, come to the same.

use std::collections::BTreeSet;

use contract::renewals::COUNT;
use domain::billing::bill::Count;
use domain::billing::contract::{Counted, Followed};
use domain::billing::metering::ClientCount;
use domain::events::Event;
use domain::ids::{ClientId, ProductId};
use jiff::civil::Date;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;
use store::licences::Licensed;

use crate::counting::{licences_missing, licences_on};
use crate::facts::counted;

/// Most counts of one transaction, of which DynamoDB takes 100 actions.
const MOST_COUNTS: usize = 90;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(COUNT, count_licences)
}

async fn count_licences(cx: ReactionCx) -> Result<Commit> {
    match cx.envelope.event {
        Event::LicencesChanged { client, product, on } => changed(&cx, client, product, on).await,
        Event::ContractSigned { client, contract } | Event::ContractAmended { client, contract } => {
            let licensed = cx.store.licensed(client).await?;
            // Who counts no licence here counts them elsewhere, and says so.
            if licensed.iter().all(|licence| licence.counted.is_empty()) {
                return Ok(cx.store.commit());
            }
            let zone = cx.store.tenant_record().await?.value.zone;
            let today = zone.date(cx.now);
            let contract = cx.store.contract(contract).await?.value.contract;
            let first = contract.schedule.starts_on.min(today);
            let of_products = counted(&contract).into_iter().filter(|of| of.product.is_some());
            // What was licensed when it starts is billed from then on, up to what is counted already.
            let mut counts = Vec::new();
            for of in [Followed::from(Counted::ActiveLicences)].into_iter().chain(of_products) {
                counts.extend(licences_missing(&cx.store, client, &licensed, of, (first, today)).await?);
            }
            write(&cx, client, counts).await
        }
        _ => Ok(cx.store.commit()),
    }
}

/// Counts all licences of a client from a day on, and those of the product whose number changed; of each when it is not said.
async fn changed(cx: &ReactionCx, client: ClientId, product: Option<ProductId>, on: Date) -> Result<Commit> {
    let licensed = cx.store.licensed(client).await?;
    let products: BTreeSet<ProductId> = match product {
        Some(product) => BTreeSet::from([product]),
        None => licensed.iter().map(|licence: &Licensed| licence.product).collect(),
    };
    let products = products.into_iter().map(Followed::licences_of);
    let followed = products.chain([Followed::from(Counted::ActiveLicences)]);
    write(cx, client, followed.map(|of| licences_on(&licensed, of, on)).collect()).await
}

/// Writes counts, the latest first: a contract's first day is counted when all that follows on it is, so that who dies in the
/// middle begins again.
async fn write(cx: &ReactionCx, client: ClientId, mut counts: Vec<Count>) -> Result<Commit> {
    counts.sort_by_key(|count| std::cmp::Reverse(count.from));
    let mut pieces: Vec<&[Count]> = counts.chunks(MOST_COUNTS).collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        cx.reconcile(|| async { Ok(((), Some(noted(cx, client, piece).await?))) }).await?;
    }
    noted(cx, client, last).await
}

async fn noted(cx: &ReactionCx, client: ClientId, counts: &[Count]) -> Result<Commit> {
    let mut commit = cx.store.commit();
    for count in counts {
        let rev = cx.store.count_rev(client, count.of(), count.from).await?;
        commit = commit.update(&ClientCount { client, count: *count, recorded_at: cx.now }, rev);
    }
    Ok(commit)
}
