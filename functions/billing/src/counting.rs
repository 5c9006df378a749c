//! Counts that a contract needs from its first day on and that nobody has made: they follow from what the client has.

use domain::billing::bill::Count;
use domain::billing::contract::{Counted, Followed};
use domain::ids::ClientId;
use domain::licences::count::{changes_between, counted_on};
use jiff::civil::Date;
use runtime::Result;
use store::TenantStore;
use store::licences::Licensed;

/// The client's contacts, from a contract's first day on: whoever is there when it is signed is billed from then on. None when
/// they were counted by that day.
pub(crate) async fn contacts_missing(store: &TenantStore, client: ClientId, first: Date) -> Result<Option<Count>> {
    let of = Followed::from(Counted::Contacts);
    let known = store.counts(client, of, Some(first)).await?;
    if known.iter().any(|count| count.from <= first) {
        return Ok(None);
    }
    let quantity = store.active_contacts(client).await?.into();
    Ok(Some(Count::new(of, first, quantity)))
}

/// The client's licences, from a contract's first day up to what is counted already. None of what nobody counts here: it is
/// counted elsewhere, and said by hand.
pub(crate) async fn licences_missing(
    store: &TenantStore,
    client: ClientId,
    licensed: &[Licensed],
    of: Followed,
    (first, today): (Date, Date),
) -> Result<Vec<Count>> {
    if counting(licensed, of).all(|licence| licence.counted.is_empty()) {
        return Ok(Vec::new());
    }
    let known = store.counts(client, of, Some(first)).await?;
    if known.iter().any(|count| count.from <= first) {
        return Ok(Vec::new());
    }
    let until = known.first().map_or(today, |count| count.from.min(today));
    let mut days = changes_between(counting(licensed, of).map(Licensed::counting), first, until);
    days.retain(|day| known.iter().all(|count| count.from != *day));
    Ok(days.into_iter().map(|day| licences_on(licensed, of, day)).collect())
}

/// How many licences a client has on a day.
pub(crate) fn licences_on(licensed: &[Licensed], of: Followed, day: Date) -> Count {
    Count::new(of, day, counted_on(counting(licensed, of).map(Licensed::counting), day).into())
}

/// What a contract will be billed by that is not counted yet, as it will be counted when it is signed or amended.
pub(crate) async fn missing(
    store: &TenantStore,
    client: ClientId,
    followed: impl IntoIterator<Item = Followed>,
    (first, today): (Date, Date),
) -> Result<Vec<Count>> {
    let first = first.min(today);
    let mut missing = Vec::new();
    let mut licensed: Option<Vec<Licensed>> = None;
    for of in followed {
        match of.what {
            Counted::Devices => {}
            Counted::Contacts => missing.extend(contacts_missing(store, client, first).await?),
            Counted::ActiveLicences => {
                let licensed = match &mut licensed {
                    Some(read) => read,
                    none => none.insert(store.licensed(client).await?),
                };
                missing.extend(licences_missing(store, client, licensed, of, (first, today)).await?);
            }
        }
    }
    Ok(missing)
}

fn counting(licensed: &[Licensed], of: Followed) -> impl Iterator<Item = &Licensed> {
    licensed.iter().filter(move |licence| of.product.is_none_or(|product| product == licence.product))
}
