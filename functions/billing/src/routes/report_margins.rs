//! Show what is left of revenue after what the work cost.

use std::collections::{BTreeMap, HashMap};

use contract::reports::{MARGINS, MarginBy, MarginQuery, MarginRow, MarginsView, NoMarginView};
use contract::{NoBody, NoPath};
use domain::billing::contract::Contract;
use domain::billing::reports::{Cost, Margin, Month, NoMargin, PriceBook, Priced, counts_under, margin};
use domain::billing::work::{RateBook, TimeEntry};
use domain::error::Refusal;
use domain::ids::{ClientId, ContractId, UserId};
use domain::money::Money;
use futures::future::try_join_all;
use futures::try_join;
use iso_currency::Currency;
use jiff::Timestamp;
use runtime::{Answer, Cx, Handler, In, Result};
use rust_decimal::Decimal;

use crate::reports::Frame;

/// The route.
pub fn route() -> Handler {
    Handler::new(MARGINS, report_margins)
}

/// What a row is of.
type Key = (Option<ClientId>, Option<ContractId>, Option<UserId>);

#[derive(Clone, Default)]
struct Sums {
    revenue: Vec<Money>,
    /// Sixtieths of major units: billable minutes times the rate of an hour.
    worth: Decimal,
    unpriced: u64,
    cost: Cost,
}

async fn report_margins(cx: Cx, input: In<NoPath, MarginQuery, NoBody>) -> Result<Answer<MarginsView>> {
    let MarginQuery { from, until, by } = input.query;
    let (frame, by) = (Frame::of(&cx, None).await?, by.unwrap_or_default());
    let (from, until) = frame.months(from, until, 3)?;
    let start = from.period().from.to_zoned(frame.zone.rules().clone()).map_or(Timestamp::MIN, |day| day.timestamp());
    let (book, rates, work, agreed) = try_join!(
        cx.store.price_book(),
        cx.store.rate_book(),
        cx.store.time_since(start),
        cx.store.contracts_without_lines()
    )?;
    let (book, rates) = (book.value, rates.value);
    let mut of_clients: HashMap<ClientId, Vec<Contract>> = HashMap::new();
    // Of some of a client's contracts nobody can say which one work was for.
    for contract in agreed.found.iter().filter(|_| agreed.complete) {
        of_clients.entry(contract.client).or_default().push(contract.clone());
    }
    let priced = Priced { currency: rates.card.currency, zone: &frame.zone, today: frame.today };
    let mut sums: BTreeMap<Key, Sums> = BTreeMap::new();
    let mut complete = work.complete;
    for entry in &work.found {
        let month = Month::of(entry.day(&frame.zone));
        if (from..=until).contains(&month) {
            let under =
                || counts_under(entry, of_clients.get(&entry.client).map(Vec::as_slice).unwrap_or_default(), priced);
            add_work(sums.entry(key_of(entry, by, under)).or_default(), entry, &book, &rates, &frame)?;
        }
    }
    if by != MarginBy::Technician {
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
        sums.iter().map(|(key, sums)| row(key, sums, unattributed(key), &book, &rates)).collect::<Result<_>>()?;
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

fn add_work(sums: &mut Sums, entry: &TimeEntry, book: &PriceBook, rates: &RateBook, frame: &Frame) -> Result<()> {
    sums.cost.add(entry, &book.costs, &frame.zone)?;
    if entry.billable {
        match rates.card.rate(entry.under(), entry, entry.day(&frame.zone)) {
            Some(per_hour) => sums.worth += per_hour * Decimal::from(entry.minutes),
            None => sums.unpriced += u64::from(entry.minutes),
        }
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

fn row(
    &(client, contract, technician): &Key,
    sums: &Sums,
    unattributed: u64,
    book: &PriceBook,
    rates: &RateBook,
) -> Result<MarginRow> {
    let Sums { mut revenue, worth, unpriced, cost } = sums.clone();
    if technician.is_some() {
        let worth = Money::rounded(worth / Decimal::from(60), rates.card.currency).map_err(Refusal::from)?;
        revenue.push(worth);
    }
    let Margin { revenue, cost, minutes, minutes_without_rate, entries_without_rate, margin } =
        margin(&revenue, cost, book.currency)?;
    let margin = match margin {
        Ok(_) if technician.is_some() && unpriced > 0 => Err(NoMargin::Price),
        Ok(_) if unattributed > 0 => Err(NoMargin::Unattributed),
        margin => margin,
    };
    Ok(MarginRow {
        client,
        contract,
        technician,
        revenue,
        unpriced_minutes: if technician.is_some() { unpriced } else { 0 },
        cost,
        minutes,
        minutes_without_rate,
        entries_without_rate,
        unattributed_minutes: unattributed,
        margin: margin.ok(),
        no_margin: margin.err().map(NoMarginView::from),
    })
}
