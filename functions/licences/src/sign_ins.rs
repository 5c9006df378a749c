//! What is unusual about the use of a client's people, found in its night.

use std::collections::BTreeMap;

use domain::ids::{ClientId, ContactId, ProductId};
use domain::insights::KnownEvent;
use domain::insights::access_anomalies::AccessAnomaly;
use domain::insights::rules::MOST_KNOWN;
use domain::insights::sign_ins::{LOOKS_BACK_DAYS, Person, Unusual, Watched, unusual};
use domain::licences::ProductUse;
use domain::zone::Zone;
use jiff::ToSpan;
use jiff::civil::Date;
use runtime::{JobCx, Result};
use store::TenantStore;

use crate::facts::Known;

/// Anomalies that one transaction writes, each with its event.
const A_PART: usize = 40;

/// Finds what is unusual up to yesterday, keeps it, and has it told, to people whose clock is the one at `home`.
pub(crate) async fn find(
    cx: &JobCx,
    store: &TenantStore,
    client: ClientId,
    known: &Known,
    (yesterday, home): (Date, &Zone),
) -> Result<()> {
    let zone = &known.zone;
    let since = yesterday.saturating_sub(LOOKS_BACK_DAYS.days());
    let announced = store.known_events(client, since, MOST_KNOWN).await?;
    let announced: Vec<KnownEvent> = announced.into_iter().map(|announced| announced.event).collect();
    let hours = store.all_usual_hours(client).await?;
    let products = watched(known, zone);
    let mut found: Vec<(Unusual, Option<Date>)> = Vec::new();
    let mut uses: BTreeMap<ContactId, Vec<&ProductUse>> = BTreeMap::new();
    for used in &known.uses {
        uses.entry(used.contact).or_default().push(used);
    }
    for contact in &known.contacts {
        let person = Person {
            contact: contact.id,
            name: &contact.name,
            left: contact.left().map(|at| zone.date(at)),
            usual_hours: hours.get(&contact.id).copied().unwrap_or_default(),
            uses: uses.remove(&contact.id).unwrap_or_default(),
        };
        let left = person.left;
        found.extend(
            unusual(&person, &products, &announced, yesterday, (zone, home)).into_iter().map(|one| (one, left)),
        );
    }
    for some in found.chunks(A_PART) {
        cx.reconcile(|| async {
            let mut commit = store.commit();
            for (unusual, left) in some {
                let id = store.access_anomaly_id(unusual, *left);
                let read = store.access_anomaly_if(id).await?;
                let (before, rev) = read.map_or((None, 0), |read| (Some(read.value), read.rev));
                if let Some((after, event)) = AccessAnomaly::of(id, client, unusual.clone(), before.as_ref(), cx.now) {
                    commit = commit.update(&after, rev).emit(event);
                }
            }
            Ok(((), (!commit.is_empty()).then_some(commit)))
        })
        .await?;
    }
    Ok(())
}

fn watched<'a>(known: &'a Known, zone: &Zone) -> BTreeMap<ProductId, Watched<'a>> {
    let mut products: BTreeMap<ProductId, Watched<'a>> = BTreeMap::new();
    for used in &known.uses {
        let Some(product) = known.products.get(&used.product) else { continue };
        let day = zone.date(used.first_used);
        let of = Watched { name: &product.name, sensitive: product.sensitive, heard_since: day };
        let watched = products.entry(used.product).or_insert(of);
        watched.heard_since = watched.heard_since.min(day);
    }
    products
}
