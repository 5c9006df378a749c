//! What reports read: sums by month that move with what happened, so that a report costs what it shows.
//!
//! The sums are numbers that are only ever added to ([`Commit::tally`]), in the transaction that notes that the event
//! was handled: events in any order, however often, come to the same.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::billing::contract::Contract;
use domain::billing::invoice::Invoice;
use domain::billing::reports::{Cell, Expected, Month, Movement, Paid, PriceBook, Rhythm, Served, Service, Step};
use domain::billing::work::TimeEntry;
use domain::ids::{ClientId, ContractId, TimeEntryId};
use iso_currency::Currency;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::contracts::ContractRoot;
use crate::error::{Error, from_sdk};
use crate::invoices::KeptInvoice;
use crate::item::{Item, Place, Record, from_item, text};
use crate::{Commit, Result, TenantStore, Versioned, keys};

/// Most items that a report reads of one kind. A report over more says that it is not complete, or asks for less.
pub const MOST_READ: usize = 5_000;

/// Some of a kind, and whether these are all.
#[derive(Clone, Debug, PartialEq)]
pub struct Part<T> {
    /// At most [`MOST_READ`].
    pub found: Vec<T>,
    /// Whether there are no more.
    pub complete: bool,
}

/// Revenue under a contract in a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Earned {
    /// In which month.
    pub month: Month,
    /// With whom.
    pub client: ClientId,
    /// Under which contract, if any.
    pub contract: Option<ContractId>,
    /// Of what, in minor units.
    pub services: BTreeMap<Service, i64>,
    /// What of it comes once, and what was billed when its days were over; nothing of what was noted before either was.
    pub rhythm: Rhythm,
}

/// A month of all clients.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EarnedMonth {
    /// What was earned, or will be, in minor units.
    pub services: BTreeMap<Service, i64>,
    /// What was issued in it less what was credited and voided, with taxes, in minor units.
    pub issued: i64,
}

/// How recurring revenue moved in a month, and what contracts bring in it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RecurringSums {
    /// Over all clients.
    pub movement: Movement,
    /// What is agreed and not billed yet, in minor units.
    pub certain: i64,
    /// What comes if contracts renew, in minor units.
    pub likely: i64,
}

/// What the contracts of a client come to in a currency, month by month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientRecurring {
    /// Which client.
    pub client: ClientId,
    /// In which currency.
    pub currency: Currency,
    /// Contract by contract.
    pub contracts: BTreeMap<ContractId, ContractRecurring>,
}

/// What a contract comes to, month by month.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ContractRecurring {
    /// A month, where it changes.
    pub steps: Vec<Step>,
    /// What is agreed and not billed yet, in minor units.
    pub certain: BTreeMap<Month, i64>,
    /// What comes if it renews, in minor units.
    pub likely: BTreeMap<Month, i64>,
}

impl ContractRecurring {
    /// Of its steps, and of the bills to come.
    pub fn new(steps: Vec<Step>, expected: Expected) -> Self {
        ContractRecurring { steps, certain: expected.certain, likely: expected.likely }
    }
}

impl Record for ClientRecurring {
    fn place(&self) -> Place {
        Place::at(keys::client_recurring(self.client, self.currency))
    }
}

impl Record for PriceBook {
    fn place(&self) -> Place {
        Place::at(keys::prices())
    }
}

impl TenantStore {
    /// The price book: an empty one, at revision 0, while nobody has written one.
    pub async fn price_book(&self) -> Result<Versioned<PriceBook>> {
        if let Some(found) = self.find(&keys::prices()).await? {
            return Ok(found);
        }
        let currency = self.tenant_record().await?.value.currency;
        Ok(Versioned { value: PriceBook::new(currency), rev: 0 })
    }

    /// The contracts without their lines, oldest first. They may be a moment behind.
    pub async fn contracts_without_lines(&self) -> Result<Part<Contract>> {
        let roots: Part<ContractRoot> = self.some(keys::list::CONTRACTS, None).await?;
        Ok(Part { found: roots.found.into_iter().map(|root| root.contract).collect(), complete: roots.complete })
    }

    /// The currencies in which something was issued since that is noted.
    pub async fn revenue_currencies(&self) -> Result<Vec<Currency>> {
        let noted = self.sums(&keys::revenue_currencies(), None).await?.found;
        let of = |code: String| Currency::from_code(&code).ok_or(Error::Corrupt(code));
        noted.into_iter().map(|(code, _)| of(code)).collect()
    }

    /// The invoices that something is left to pay of, oldest first. It may be a moment behind.
    pub async fn unpaid_invoices(&self) -> Result<Part<Invoice>> {
        let kept: Part<KeptInvoice> = self.some(&keys::list::invoices(true), None).await?;
        Ok(Part { found: kept.found.into_iter().map(|kept| kept.invoice).collect(), complete: kept.complete })
    }

    /// The time that was logged at an instant or later: all work that began then or later is in it. Oldest first.
    pub async fn time_since(&self, from: Timestamp) -> Result<Part<TimeEntry>> {
        let millis = u128::try_from(from.as_millisecond()).unwrap_or_default();
        let first = TimeEntryId::from_uuid(Uuid::from_u128(millis << 80)).to_string();
        let mut all = Part { found: Vec::new(), complete: true };
        for unbilled in [true, false] {
            let some: Part<TimeEntry> = self.some(&keys::list::time(unbilled), Some(&first)).await?;
            all.found.extend(some.found);
            all.complete &= some.complete;
        }
        Ok(all)
    }

    async fn some<T: DeserializeOwned>(&self, partition: &str, from: Option<&str>) -> Result<Part<T>> {
        let query = self.store.dynamo.query().table_name(&self.store.names.main).index_name("by_list");
        let mut values = HashMap::from([(":lpk".to_owned(), text(self.scope.prefix(partition)))]);
        values.extend(from.map(|from| (":from".to_owned(), text(from))));
        let condition = if from.is_some() { "lpk = :lpk AND lsk >= :from" } else { "lpk = :lpk" };
        let query = query.key_condition_expression(condition).set_expression_attribute_values(Some(values));
        bounded(query, |item| Ok(from_item(item)?.value)).await
    }

    /// The revenue of a month, client by client and contract by contract; of one client alone when it is named.
    pub async fn revenue(&self, currency: Currency, month: Month, client: Option<ClientId>) -> Result<Part<Earned>> {
        let nobody = ClientId::from_uuid(Uuid::nil());
        let partition = keys::revenue(currency, month, client.unwrap_or(nobody), None).pk;
        let range = client.map(|client| (format!("{client}#"), format!("{client}#~")));
        let earned = |(sk, sums): (String, BTreeMap<String, i64>)| {
            let (client, contract) = sk.split_once('#').ok_or_else(|| Error::Corrupt(sk.clone()))?;
            let corrupt = |_| Error::Corrupt(sk.clone());
            Ok(Earned {
                month,
                client: client.parse().map_err(corrupt)?,
                contract: if contract == "-" { None } else { Some(contract.parse().map_err(corrupt)?) },
                services: services(&sums),
                rhythm: rhythm(month, &sums),
            })
        };
        let Part { found, complete } = self.sums(&partition, range).await?;
        Ok(Part { found: found.into_iter().map(earned).collect::<Result<_>>()?, complete })
    }

    /// Months of revenue of all clients, from one to another.
    pub async fn revenue_months(
        &self,
        currency: Currency,
        from: Month,
        to: Month,
    ) -> Result<BTreeMap<Month, EarnedMonth>> {
        let (pk, range) = (keys::revenue_month(currency, from).pk, Some((from.to_string(), to.to_string())));
        let of = |(sk, sums): (String, BTreeMap<String, i64>)| {
            let month = sk.parse().map_err(|_| Error::Corrupt(sk.clone()))?;
            let issued = sums.get(ISSUED).copied().unwrap_or_default();
            Ok((month, EarnedMonth { services: services(&sums), issued }))
        };
        self.sums(&pk, range).await?.found.into_iter().map(of).collect()
    }

    /// What was paid in a month and how late, client by client.
    pub async fn paid(&self, currency: Currency, month: Month) -> Result<Part<(ClientId, Paid)>> {
        let nobody = ClientId::from_uuid(Uuid::nil());
        let Part { found, complete } = self.sums(&keys::paid(currency, month, nobody).pk, None).await?;
        let of = |(sk, sums): (String, BTreeMap<String, i64>)| {
            let client = sk.parse().map_err(|_| Error::Corrupt(sk.clone()))?;
            let sum = |name: &str| sums.get(name).copied().unwrap_or_default();
            let (amount, amount_days) = (sum("amount"), sum("amount_days"));
            Ok((client, Paid { amount, amount_days, times: sum("times"), late: sum("late") }))
        };
        Ok(Part { found: found.into_iter().map(of).collect::<Result<_>>()?, complete })
    }

    /// The months of recurring revenue up to one, from the first on.
    pub async fn recurring_sums(&self, currency: Currency, to: Month) -> Result<BTreeMap<Month, RecurringSums>> {
        let (pk, range) = (keys::recurring_month(currency, to).pk, Some((String::from("0"), to.to_string())));
        let of = |(sk, sums): (String, BTreeMap<String, i64>)| {
            let month = sk.parse().map_err(|_| Error::Corrupt(sk.clone()))?;
            let sum = |name: &str| sums.get(name).copied().unwrap_or_default();
            let (new, expansion) = (sum("new"), sum("expansion"));
            let movement = Movement { new, expansion, contraction: sum("contraction"), churn: sum("churn") };
            Ok((month, RecurringSums { movement, certain: sum("certain"), likely: sum("likely") }))
        };
        self.sums(&pk, range).await?.found.into_iter().map(of).collect()
    }

    /// What the contracts of a client come to; nothing, at revision 0, before the first.
    pub async fn client_recurring(&self, client: ClientId, currency: Currency) -> Result<Versioned<ClientRecurring>> {
        let found = self.find(&keys::client_recurring(client, currency)).await?;
        let none = || Versioned { value: ClientRecurring { client, currency, contracts: BTreeMap::new() }, rev: 0 };
        Ok(found.unwrap_or_else(none))
    }

    /// The numbers of a partition's items, by their sort keys.
    pub(crate) async fn sums(
        &self,
        pk: &str,
        between: Option<(String, String)>,
    ) -> Result<Part<(String, BTreeMap<String, i64>)>> {
        let mut values = HashMap::from([(":pk".to_owned(), text(self.scope.prefix(pk)))]);
        let mut condition = "pk = :pk";
        if let Some((from, to)) = between {
            condition = "pk = :pk AND sk BETWEEN :from AND :to";
            values.extend([(":from".to_owned(), text(from)), (":to".to_owned(), text(to))]);
        }
        let query = self.store.dynamo.query().table_name(&self.store.names.main);
        let query = query.key_condition_expression(condition).set_expression_attribute_values(Some(values));
        bounded(query, |item| {
            let sk = item.get("sk").and_then(|sk| sk.as_s().ok()).cloned().unwrap_or_default();
            Ok((sk, numbers(item)))
        })
        .await
    }
}

/// What a query finds, as far as a report reads.
async fn bounded<T>(query: QueryFluentBuilder, of: impl Fn(&Item) -> Result<T>) -> Result<Part<T>> {
    let mut read = query.into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(item) = read.next().await {
        if found.len() == MOST_READ {
            return Ok(Part { found, complete: false });
        }
        found.push(of(&item.map_err(from_sdk)?)?);
    }
    Ok(Part { found, complete: true })
}

/// The attribute of how many documents moved the revenue of a currency.
const DOCUMENTS: &str = "documents";
/// The attribute of what was issued in a month.
const ISSUED: &str = "issued";
/// The attribute of what comes once of a month's revenue.
const ONCE: &str = "once";
/// What attributes begin with that say what was billed when it was over: the months of its period and its last day, which is in
/// the item's month, follow. So there are few of them, however much is billed.
const SERVED: &str = "served#";

fn services(sums: &BTreeMap<String, i64>) -> BTreeMap<Service, i64> {
    sums.iter()
        .filter_map(|(name, minor)| Some((name.parse().ok()?, *minor)))
        .filter(|(_, minor)| *minor != 0)
        .collect()
}

fn served_name(served: Served) -> String {
    format!("{SERVED}{}#{}", served.months, served.last.day())
}

fn rhythm(month: Month, sums: &BTreeMap<String, i64>) -> Rhythm {
    let served = |name: &str| {
        let (months, day) = name.strip_prefix(SERVED)?.split_once('#')?;
        let last = month.period().from.with().day(day.parse().ok()?).build().ok()?;
        Some(Served { last, months: months.parse().ok()? })
    };
    Rhythm {
        once: sums.get(ONCE).copied().unwrap_or_default(),
        served: sums.iter().filter_map(|(name, minor)| Some((served(name)?, *minor))).collect(),
    }
}

fn numbers(item: &Item) -> BTreeMap<String, i64> {
    let number = |(name, value): (&String, &AttributeValue)| Some((name.clone(), value.as_n().ok()?.parse().ok()?));
    item.iter().filter_map(number).collect()
}

/// Numbers by their names.
type Named = Vec<(String, i64)>;

/// A sum to be moved: an action of a commit.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    key: keys::Key,
    by: Named,
}

impl Tally {
    /// The sums that a document moves: what it earns, cell by cell and in all, and what it is over with taxes in the
    /// month in which it was issued; all in minor units. With it what it says of when more of it comes, and that there is
    /// revenue in its currency.
    pub fn revenue(
        currency: Currency,
        client: ClientId,
        cells: &BTreeMap<Cell, i64>,
        rhythms: &BTreeMap<(Month, Option<ContractId>), Rhythm>,
        issued: (Month, i64),
    ) -> Vec<Tally> {
        let mut by_contract: BTreeMap<_, Named> = BTreeMap::new();
        let mut by_month: BTreeMap<Month, BTreeMap<String, i64>> = BTreeMap::new();
        for (cell, minor) in cells {
            let name = cell.service.name().to_owned();
            by_contract.entry((cell.month, cell.contract)).or_default().push((name.clone(), *minor));
            *by_month.entry(cell.month).or_default().entry(name).or_insert(0) += minor;
        }
        for (of, Rhythm { once, served }) in rhythms {
            let served = served.iter().map(|(served, minor)| (served_name(*served), *minor));
            by_contract.entry(*of).or_default().extend(served.chain([(ONCE.to_owned(), *once)]));
        }
        by_month.entry(issued.0).or_default().insert(ISSUED.to_owned(), issued.1);
        let contracts = by_contract
            .into_iter()
            .map(|((month, contract), by)| Tally { key: keys::revenue(currency, month, client, contract), by });
        let months = by_month
            .into_iter()
            .map(|(month, by)| Tally { key: keys::revenue_month(currency, month), by: by.into_iter().collect() });
        let known = Tally { key: keys::revenue_currency(currency), by: vec![(DOCUMENTS.to_owned(), 1)] };
        contracts.chain(months).chain([known]).collect()
    }

    /// The sums that a payment moves, in the month in which it came in.
    pub fn paid(currency: Currency, client: ClientId, month: Month, paid: Paid) -> Tally {
        let Paid { amount, amount_days, times, late } = paid;
        let named = [("amount", amount), ("amount_days", amount_days), ("times", times), ("late", late)];
        let by = named.into_iter().map(|(name, by)| (name.to_owned(), by)).collect();
        Tally { key: keys::paid(currency, month, client), by }
    }

    /// How the sums of recurring revenue move in a month.
    pub fn recurring(currency: Currency, month: Month, by: RecurringSums) -> Tally {
        let Movement { new, expansion, contraction, churn } = by.movement;
        let named = [("new", new), ("expansion", expansion), ("contraction", contraction), ("churn", churn)];
        let expected = [("certain", by.certain), ("likely", by.likely)];
        let by = named.into_iter().chain(expected).map(|(name, by)| (name.to_owned(), by)).collect();
        Tally { key: keys::recurring_month(currency, month), by }
    }
}

impl Commit {
    /// Moves sums.
    pub fn tallies(self, tallies: &[Tally]) -> Self {
        tallies.iter().fold(self, |commit, Tally { key, by }| commit.tally(key, by.iter().cloned()))
    }
}
