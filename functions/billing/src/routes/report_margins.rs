//! Show what is left of revenue after what the work cost.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use contract::reports::{MARGINS, MarginBy, MarginQuery, MarginRow, MarginsView, NoMarginView};
use contract::{NoBody, NoPath};
use domain::billing::contract::Contract;
use domain::billing::reports::{Cost, Margin, Month, NoMargin, PriceBook, Priced, counts_under, margin};
use domain::billing::work::{TimeEntry, TimeTerms, worth};
use domain::ids::{ClientId, ContractId, UserId};
use domain::money::Money;
use futures::future::try_join_all;
use futures::try_join;
use iso_currency::Currency;
use jiff::Timestamp;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::house::House;
use crate::reports::Frame;

/// The route.
pub fn route() -> Handler {
    Handler::new(MARGINS, report_margins)
}

/// Clients whose business hours are looked up at once.
const CLIENTS_AT_ONCE: usize = 25;

/// What a row is of.
type Key = (Option<ClientId>, Option<ContractId>, Option<UserId>);

#[derive(Clone, Default)]
struct Sums {
    revenue: Vec<Money>,
    unpriced: u64,
    cost: Cost,
}

async fn report_margins(cx: Cx, input: In<NoPath, MarginQuery, NoBody>) -> Result<Answer<MarginsView>> {
    let MarginQuery { from, until, by } = input.query;
    let (frame, by) = (Frame::of(&cx, None).await?, by.unwrap_or_default());
    let (from, until) = frame.months(from, until, 3)?;
    let start = from.period().from.to_zoned(frame.zone.rules().clone()).map_or(Timestamp::MIN, |day| day.timestamp());
    let house = House::of(&cx.store, cx.now).await?;
    let (book, work, agreed) =
        try_join!(cx.store.price_book(), cx.store.time_since(start), cx.store.contracts_without_lines())?;
    let book = book.value;
    let mut of_clients: HashMap<ClientId, Vec<Contract>> = HashMap::new();
    // Of some of a client's contracts nobody can say which one work was for.
    for contract in agreed.found.iter().filter(|_| agreed.complete) {
        of_clients.entry(contract.client).or_default().push(contract.clone());
    }
    let priced = Priced { currency: house.rates.card.currency, zone: &frame.zone, today: frame.today };
    let mut sums: BTreeMap<Key, Sums> = BTreeMap::new();
    let mut complete = work.complete;
    let asked = |entry: &&TimeEntry| (from..=until).contains(&Month::of(entry.day(&frame.zone)));
    let found: Vec<&TimeEntry> = work.found.iter().filter(asked).collect();
    for entry in &found {
        let under =
            || counts_under(entry, of_clients.get(&entry.client).map(Vec::as_slice).unwrap_or_default(), priced);
        sums.entry(key_of(entry, by, under)).or_default().cost.add(entry, &book.costs, &frame.zone)?;
    }
    if by == MarginBy::Technician {
        add_worth(&cx, &mut sums, &found, &house).await?;
    } else {
        let agreed_in = agreed.found.iter().map(|contract| contract.currency);
        let currencies = agreed_in.chain([frame.currency, book.currency]).collect();
        let all = add_revenue(&cx, &mut sums, by, (from, until), currencies).await?;
        complete &= all && agreed.complete;
    }
    let unattributed = |(client, ..): &Key| match by {
        MarginBy::Contract => sums.get(&(*client, None, None)).map_or(0, |sums| sums.cost.minutes),
        _ => 0,
    };
    let rows: Vec<MarginRow> =
        sums.iter().map(|(key, sums)| row(key, sums, unattributed(key), &book)).collect::<Result<_>>()?;
    Ok(Answer::of(view(from, until, complete, rows, book.currency)))
}

fn view(from: Month, until: Month, complete: bool, mut rows: Vec<MarginRow>, own: Currency) -> MarginsView {
    // Amounts of two currencies say nothing about which is more.
    let most = |amount: &Money| (amount.currency() != own, amount.currency().code(), -amount.minor());
    rows.sort_by_key(|row| (row.revenue.is_empty(), row.revenue.iter().map(most).min()));
    MarginsView {
        from,
        until,
        complete,
        minutes_without_rate: rows.iter().map(|row| row.minutes_without_rate).sum(),
        entries_without_rate: rows.iter().map(|row| row.entries_without_rate).sum(),
        rows,
    }
}

fn key_of(entry: &TimeEntry, by: MarginBy, under: impl FnOnce() -> Option<ContractId>) -> Key {
    match by {
        MarginBy::Client => (Some(entry.client), None, None),
        MarginBy::Contract => (Some(entry.client), under(), None),
        MarginBy::Technician => (None, None, Some(entry.person)),
    }
}

/// What each technician's work comes to as it is billed: by the rates of the contract that it is under, and in the business
/// hours of its client.
async fn add_worth(cx: &Cx, sums: &mut BTreeMap<Key, Sums>, found: &[&TimeEntry], house: &House) -> Result<()> {
    let mut alike: BTreeMap<(ClientId, Option<ContractId>, UserId), Vec<&TimeEntry>> = BTreeMap::new();
    for entry in found {
        alike.entry((entry.client, entry.under(), entry.person)).or_default().push(entry);
    }
    let clients: BTreeSet<ClientId> = alike.keys().map(|(client, ..)| *client).collect();
    let clients: Vec<ClientId> = clients.into_iter().collect();
    let mut calendars = HashMap::new();
    for some in clients.chunks(CLIENTS_AT_ONCE) {
        let read = try_join_all(some.iter().map(|client| house.calendar_of(&cx.store, *client))).await?;
        calendars.extend(some.iter().copied().zip(read));
    }
    for ((client, contract, person), entries) in alike {
        let terms = TimeTerms {
            card: &house.rates.card,
            work_types: &house.rates.work_types,
            calendar: calendars.get(&client).and_then(Option::as_deref),
            zone: &house.zone,
            contract,
        };
        let (worth, unpriced) = worth(&entries, &terms)?;
        let sums = sums.entry((None, None, Some(person))).or_default();
        sums.revenue.push(worth);
        sums.unpriced += unpriced;
    }
    Ok(())
}

async fn add_revenue(
    cx: &Cx,
    sums: &mut BTreeMap<Key, Sums>,
    by: MarginBy,
    (from, until): (Month, Month),
    mut currencies: Vec<Currency>,
) -> Result<bool> {
    let mut complete = true;
    currencies.extend(cx.store.revenue_currencies().await?);
    currencies.sort_by_key(|currency| currency.code());
    currencies.dedup();
    for currency in currencies {
        let months = from.up_to(until).map(|month| cx.store.revenue(currency, month, None));
        for month in try_join_all(months).await? {
            complete &= month.complete;
            for earned in month.found {
                let contract = earned.contract.filter(|_| by == MarginBy::Contract);
                let sums = sums.entry((Some(earned.client), contract, None)).or_default();
                sums.revenue.push(Money::new(earned.services.values().sum(), currency));
            }
        }
    }
    Ok(complete)
}

fn row(&(client, contract, technician): &Key, sums: &Sums, unattributed: u64, book: &PriceBook) -> Result<MarginRow> {
    let Sums { revenue, unpriced, cost } = sums.clone();
    let Margin { revenue, cost, minutes, minutes_without_rate, entries_without_rate, margin } =
        margin(&revenue, cost, book.currency)?;
    let margin = match margin {
        Ok(_) if unpriced > 0 => Err(NoMargin::Price),
        Ok(_) if unattributed > 0 => Err(NoMargin::Unattributed),
        margin => margin,
    };
    Ok(MarginRow {
        client,
        contract,
        technician,
        revenue,
        unpriced_minutes: unpriced,
        cost,
        minutes,
        minutes_without_rate,
        entries_without_rate,
        unattributed_minutes: unattributed,
        margin: margin.ok(),
        no_margin: margin.err().map(NoMarginView::from),
    })
}
