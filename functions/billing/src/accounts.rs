//! Who bills what comes in of a client: one of its contracts, or its open account when none of them does.

use domain::billing::bill::woken;
use domain::billing::contract::{Contract, open_account};
use domain::billing::work::TimeEntry;
use domain::events::Event;
use domain::ids::{ClientId, ContractId};
use domain::zone::Zone;
use iso_currency::Currency;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use runtime::{Error, Result};
use store::{Commit, TenantStore};

use crate::house::House;

/// What other contracts of a client bill.
#[derive(Clone)]
pub(crate) struct Others {
    contracts: Vec<Contract>,
    /// In which currencies one of them says how work is billed.
    of_work: Vec<Currency>,
    today: Date,
}

impl Others {
    /// As they stand.
    pub(crate) async fn of(store: &TenantStore, client: ClientId, today: Date) -> store::Result<Self> {
        let roots = store.contract_roots_of(client).await?;
        Self::among(store, roots.iter().map(|root| root.contract.clone()).collect(), today).await
    }

    async fn among(store: &TenantStore, contracts: Vec<Contract>, today: Date) -> store::Result<Self> {
        let mut others = Others { contracts, of_work: Vec::new(), today };
        // Lines are read only of those that do not bill every month: the others take work whatever they say.
        for contract in &others.contracts {
            let Contract { currency, open_account, next_on, .. } = *contract;
            let known = others.of_work.contains(&currency);
            if known || open_account || next_on.is_none() || contract.bills_often() {
                continue;
            }
            if store.contract(contract.id).await?.value.contract.speaks_of_work(today) {
                others.of_work.push(currency);
            }
        }
        Ok(others)
    }

    /// Whether one of them bills within a month what is in this currency and may be billed from a day on.
    pub(crate) fn bill(&self, currency: Currency, from: Date) -> bool {
        self.contracts.iter().any(|other| other.currency == currency && other.bills_soon(from, self.today))
    }

    /// Whether one of them bills work that is priced in this currency and may be billed from a day on.
    pub(crate) fn bill_work(&self, currency: Currency, from: Date) -> bool {
        self.of_work.contains(&currency) || self.bill(currency, from)
    }
}

/// The first day on which work may be billed: the one after it was done.
pub(crate) fn billed_from(entry: &TimeEntry, zone: &Zone) -> Date {
    zone.date(entry.started_at).saturating_add(1.day())
}

/// Something that came in and is to be billed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Came {
    /// It is put under this contract.
    Under(ContractId),
    /// Work, priced in this currency, to be billed from this day on.
    Work(Currency, Date),
    /// A charge or a block of hours in this currency, to be billed from this day on.
    Sold(Currency, Date),
}

/// What an event brought, as far as it is there and still to be billed; after the end of a contract and after a void all that
/// is open.
pub(crate) async fn came(store: &TenantStore, house: &House, event: &Event) -> Result<Vec<Came>> {
    match brought(store, house, event).await {
        Err(Error::Store(store::Error::NotFound)) => Ok(Vec::new()),
        brought => brought,
    }
}

async fn brought(store: &TenantStore, house: &House, event: &Event) -> Result<Vec<Came>> {
    let under = |contract: Option<ContractId>, otherwise: Came| contract.map_or(otherwise, Came::Under);
    let work = |entry: &TimeEntry| {
        under(entry.contract, Came::Work(house.rates.card.currency, billed_from(entry, &house.zone)))
    };
    Ok(match *event {
        Event::TimeLogged { time, ticket, .. } | Event::TimeChanged { time, ticket, .. } => {
            let entry = store.time_entry(ticket, time).await?.value;
            entry.is_unbilled().then(|| work(&entry)).into_iter().collect()
        }
        Event::ChargeAdded { client, charge } => {
            let charge = store.charge(client, charge).await?.value;
            let sold = Came::Sold(charge.currency, charge.charge.on);
            charge.is_open().then(|| under(charge.contract, sold)).into_iter().collect()
        }
        Event::BlockSold { client, .. } => sold(store, client).await?,
        Event::ContractEnded { client, .. } | Event::InvoiceReleased { client, .. } => {
            let mut came = sold(store, client).await?;
            let time = store.open_time(client).await?.into_iter().map(|entry| entry.value);
            came.extend(time.filter(TimeEntry::is_unbilled).map(|entry| work(&entry)));
            let charges = store.open_charges(client).await?.into_iter().map(|charge| charge.value);
            came.extend(charges.map(|charge| under(charge.contract, Came::Sold(charge.currency, charge.charge.on))));
            came
        }
        _ => Vec::new(),
    })
}

async fn sold(store: &TenantStore, client: ClientId) -> Result<Vec<Came>> {
    let blocks = store.all_blocks(client).await?.into_iter().map(|sold| sold.value);
    let sold = blocks.filter(|sold| sold.is_unbilled());
    Ok(sold.map(|sold| Came::Sold(sold.block.price.currency(), sold.block.bought_on)).collect())
}

/// What is written so that all of it is billed: contracts that are over wake for what is put under them, open accounts for
/// what nobody bills. Answers which contracts that were.
pub(crate) async fn taken_care_of(
    store: &TenantStore,
    house: &House,
    client: ClientId,
    came: &[Came],
    now: Timestamp,
) -> Result<(Vec<ContractId>, Commit)> {
    let (mut wanted, mut accounts): (Vec<ContractId>, Vec<Currency>) = (Vec::new(), Vec::new());
    let unbound = came.iter().any(|came| !matches!(came, Came::Under(_)));
    let others = if unbound { Some(Others::of(store, client, house.today).await?) } else { None };
    for came in came {
        let (currency, billed) = match (*came, &others) {
            (Came::Work(currency, from), Some(others)) => (currency, others.bill_work(currency, from)),
            (Came::Sold(currency, from), Some(others)) => (currency, others.bill(currency, from)),
            (Came::Under(contract), _) => {
                if !wanted.contains(&contract) {
                    wanted.push(contract);
                }
                continue;
            }
            _ => continue,
        };
        if !billed && !accounts.contains(&currency) {
            accounts.push(currency);
        }
    }
    let (mut woke, mut commit) = (Vec::new(), store.commit());
    wanted.extend(accounts.iter().map(|currency| account_id(store, client, *currency)));
    for id in wanted {
        let read = match store.contract(id).await {
            Ok(read) => read,
            Err(store::Error::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        let contract = &read.value.contract;
        accounts.retain(|currency| account_id(store, client, *currency) != id);
        let after = woken(contract.clone(), house.today);
        if after != *contract {
            woke.push(id);
            commit = commit.update_contract(&read, &Contract { updated_at: now, ..after }, &house.zone);
        } else if contract.open_account {
            woke.push(id);
        }
    }
    for currency in accounts {
        let account = opened(store, house, client, currency, now).await?;
        woke.push(account.id);
        commit = commit.create_contract(&account, &house.zone);
    }
    Ok((woke, commit))
}

/// A new open account, awake.
async fn opened(
    store: &TenantStore,
    house: &House,
    client: ClientId,
    currency: Currency,
    now: Timestamp,
) -> Result<Contract> {
    let terms = store.client_billing(client).await?.value.terms(&house.settings);
    let id = account_id(store, client, currency);
    Ok(woken(open_account(id, (client, currency), terms, house.today, now), house.today))
}

/// There is one open account of a client and a currency for ever.
fn account_id(store: &TenantStore, client: ClientId, currency: Currency) -> ContractId {
    ContractId::from_uuid(store.id_of(&format!("{client}#{}#open", currency.code())))
}
