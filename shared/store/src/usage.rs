//! What people use: one small item for each person and product, and how many used a product on each day.
//!
//! How many is counted in the transaction that puts a day into a person's item for the first time, so that it is right
//! however often an event is reported.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::reports::Month;
use domain::contacts::Contact;
use domain::ids::{ClientId, ContactId, ProductId, UnitId};
use domain::licences::{ProductUse, Unmatched};
use futures::future::try_join_all;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::from_sdk;
use crate::item::{Place, Record, key_of, text};
use crate::{Commit, Error, Result, TenantStore, Versioned, keys};

/// Items that are looked up at once.
const SIDE_BY_SIDE: usize = 25;

impl Record for ProductUse {
    fn place(&self) -> Place {
        Place::at(keys::product_use(self.client, self.product, self.contact))
    }
}

impl Record for Unmatched {
    fn place(&self) -> Place {
        Place::at(keys::unmatched(self.client, self.product, &self.who))
    }
}

/// That a product is used at a client. It never changes, so it needs no guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct UsedProduct {
    client: ClientId,
    product: ProductId,
}

impl Record for UsedProduct {
    fn place(&self) -> Place {
        Place::at(keys::used(self.client, self.product))
    }
}

/// How many people used a product on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivePeople {
    /// Of all departments.
    pub all: u32,
    /// By the department that they were in when it was reported; nobody is counted under none.
    pub units: BTreeMap<UnitId, u32>,
}

/// A person's use after an event, and before it.
#[derive(Clone, Debug)]
pub struct UseChange {
    /// As it was read.
    pub before: Option<Versioned<ProductUse>>,
    /// As it is now.
    pub after: ProductUse,
    /// The department that they are in.
    pub unit: Option<UnitId>,
}

impl TenantStore {
    /// All contacts of a client, as they are at this moment. A client has some hundreds.
    pub async fn all_contacts(&self, client: ClientId) -> Result<Vec<Contact>> {
        let partition = keys::client(client).pk;
        let found: Vec<Versioned<Contact>> =
            self.children(&partition, text("CONTACT#"), text("CONTACT#~"), true, usize::MAX).await?;
        Ok(found.into_iter().map(|found| found.value).collect())
    }

    /// What each of these people uses of a product, in their order.
    pub async fn product_uses(
        &self,
        client: ClientId,
        product: ProductId,
        contacts: &[ContactId],
    ) -> Result<Vec<Option<Versioned<ProductUse>>>> {
        let mut found = Vec::with_capacity(contacts.len());
        for some in contacts.chunks(SIDE_BY_SIDE) {
            let keys: Vec<_> = some.iter().map(|contact| keys::product_use(client, product, *contact)).collect();
            found.extend(try_join_all(keys.iter().map(|key| self.find(key))).await?);
        }
        Ok(found)
    }

    /// What everybody at a client uses of a product; at most `most` people.
    pub async fn uses_of(&self, client: ClientId, product: ProductId, most: usize) -> Result<Vec<ProductUse>> {
        let partition = keys::uses(client, product);
        let found: Vec<Versioned<ProductUse>> =
            self.children(&partition, text("PERSON#"), text("PERSON#~"), true, most).await?;
        Ok(found.into_iter().map(|found| found.value).collect())
    }

    /// Who uses a product at a client and is none of its contacts; at most `most` names.
    pub async fn unmatched_of(&self, client: ClientId, product: ProductId, most: usize) -> Result<Vec<Unmatched>> {
        let partition = keys::uses(client, product);
        let found: Vec<Versioned<Unmatched>> =
            self.children(&partition, text("UNMATCHED#"), text("UNMATCHED#~"), true, most).await?;
        Ok(found.into_iter().map(|found| found.value).collect())
    }

    /// Somebody who uses a product and is none of the client's contacts.
    pub async fn unmatched(
        &self,
        client: ClientId,
        product: ProductId,
        who: &str,
    ) -> Result<Option<Versioned<Unmatched>>> {
        self.find(&keys::unmatched(client, product, who)).await
    }

    /// The products that are used at a client, licensed or not.
    pub async fn used_products(&self, client: ClientId) -> Result<Vec<ProductId>> {
        let partition = keys::client(client).pk;
        let found: Vec<Versioned<UsedProduct>> =
            self.children(&partition, text("USED#"), text("USED#~"), true, usize::MAX).await?;
        Ok(found.into_iter().map(|found| found.value.product).collect())
    }

    /// How many people used a product on each day of a month on which somebody did.
    pub async fn active_people(
        &self,
        client: ClientId,
        product: ProductId,
        month: Month,
    ) -> Result<BTreeMap<Date, ActivePeople>> {
        let found = self
            .store
            .dynamo
            .get_item()
            .table_name(&self.store.names.main)
            .set_key(Some(key_of(self.scope, &keys::use_month(client, product, month))))
            .consistent_read(true)
            .send()
            .await
            .map_err(from_sdk)?;
        let numbers = found.item.into_iter().flatten();
        Ok(people(numbers.filter_map(|(name, value)| Some((name, value.as_n().ok()?.parse().ok()?)))))
    }

    /// The same for the months from one to another in which somebody did, read at once.
    pub async fn active_months(
        &self,
        client: ClientId,
        product: ProductId,
        (from, to): (Month, Month),
    ) -> Result<BTreeMap<Month, BTreeMap<Date, ActivePeople>>> {
        let of = |month: Month| keys::use_month(client, product, month);
        let (first, last) = (of(from), of(to));
        let part = self.sums(&first.pk, Some((first.sk.clone(), last.sk))).await?;
        let month = |(sk, numbers): (String, BTreeMap<String, i64>)| {
            let month = sk.rsplit_once('#').and_then(|(_, month)| month.parse().ok());
            let month = month.ok_or_else(|| Error::Corrupt(format!("{}/{sk}", first.pk)))?;
            let numbers = numbers.into_iter().filter_map(|(name, number)| Some((name, number.try_into().ok()?)));
            Ok((month, people(numbers)))
        };
        part.found.into_iter().map(month).collect()
    }
}

/// Reads the numbers of a month of use: those of a day, and of a department on a day.
fn people(numbers: impl Iterator<Item = (String, u32)>) -> BTreeMap<Date, ActivePeople> {
    let mut days: BTreeMap<Date, ActivePeople> = BTreeMap::new();
    for (name, number) in numbers {
        let (day, unit) = name.split_once('#').map_or((name.as_str(), None), |(day, unit)| (day, Some(unit)));
        let Ok(day) = day.parse::<Date>() else { continue };
        let people = days.entry(day).or_default();
        match unit.map(str::parse) {
            None => people.all = number,
            Some(Ok(unit)) => {
                people.units.insert(unit, number);
            }
            Some(Err(_)) => {}
        }
    }
    days
}

impl Commit {
    /// The next states of what people use of one product at a client, and how many more used it on each day.
    pub fn keep_uses(self, client: ClientId, product: ProductId, changes: &[UseChange]) -> Self {
        let mut commit = self;
        let mut sums: BTreeMap<Month, BTreeMap<String, i64>> = BTreeMap::new();
        for UseChange { before, after, unit } in changes {
            for day in after.days_beyond(before.as_ref().map(|before| &before.value)) {
                let of_month = sums.entry(Month::of(day)).or_default();
                *of_month.entry(day.to_string()).or_default() += 1;
                if let Some(unit) = unit {
                    *of_month.entry(format!("{day}#{unit}")).or_default() += 1;
                }
            }
            commit = commit.update(after, before.as_ref().map_or(0, |before| before.rev));
        }
        if changes.iter().any(|change| change.before.is_none()) {
            commit = commit.set(&UsedProduct { client, product });
        }
        sums.into_iter().fold(commit, |commit, (month, by)| commit.tally(&keys::use_month(client, product, month), by))
    }

    /// The next states of who uses products and is none of the client's contacts.
    pub fn keep_unmatched(self, changes: &[(Option<Versioned<Unmatched>>, Unmatched)]) -> Self {
        let products: BTreeSet<(ClientId, ProductId)> =
            changes.iter().filter(|(before, _)| before.is_none()).map(|(_, of)| (of.client, of.product)).collect();
        let commit = changes
            .iter()
            .fold(self, |commit, (before, after)| commit.update(after, before.as_ref().map_or(0, |before| before.rev)));
        products.into_iter().fold(commit, |commit, (client, product)| commit.set(&UsedProduct { client, product }))
    }
}
