//! Receivables: who owes how much, by how long it is due; and how many days of sales that is.

use std::collections::BTreeMap;

use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::billing::invoice::Invoice;
use crate::error::Refusal;
use crate::ids::ClientId;
use crate::money::Money;

/// Decimal places of days that are a quotient.
pub const DAY_PLACES: u32 = 1;

/// How long something is due. The bounds are the field's; the day it is due is not yet late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Age {
    /// Due today or later.
    NotDue,
    /// 1 to 30 days late.
    To30,
    /// 31 to 60 days late.
    To60,
    /// 61 to 90 days late.
    To90,
    /// More than 90 days late.
    Over90,
}

impl Age {
    /// How long what was due on a day is due by another one.
    pub fn of(due_on: Date, today: Date) -> Self {
        match days_late(due_on, today) {
            ..=0 => Self::NotDue,
            1..=30 => Self::To30,
            31..=60 => Self::To60,
            61..=90 => Self::To90,
            _ => Self::Over90,
        }
    }
}

/// How many days after it was due a day is; negative before.
pub fn days_late(due_on: Date, day: Date) -> i64 {
    i64::from((day - due_on).get_days())
}

/// What is open, by how long it is due. The parts add up to `total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Ages {
    /// Due today or later.
    pub not_due: Money,
    /// 1 to 30 days late.
    pub to_30: Money,
    /// 31 to 60 days late.
    pub to_60: Money,
    /// 61 to 90 days late.
    pub to_90: Money,
    /// More than 90 days late.
    pub over_90: Money,
    /// All of it.
    pub total: Money,
    /// How many invoices.
    pub invoices: u32,
}

/// The receivables in a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receivables {
    /// In which.
    pub currency: Currency,
    /// All clients together.
    pub all: Ages,
    /// Client by client, who owes most first.
    pub clients: Vec<(ClientId, Ages)>,
}

impl Ages {
    /// Nothing.
    pub const fn none(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self { not_due: zero, to_30: zero, to_60: zero, to_90: zero, over_90: zero, total: zero, invoices: 0 }
    }

    fn add(&mut self, age: Age, balance: Money) -> Result<(), Refusal> {
        let part = match age {
            Age::NotDue => &mut self.not_due,
            Age::To30 => &mut self.to_30,
            Age::To60 => &mut self.to_60,
            Age::To90 => &mut self.to_90,
            Age::Over90 => &mut self.over_90,
        };
        *part = part.plus(balance)?;
        self.total = self.total.plus(balance)?;
        self.invoices += 1;
        Ok(())
    }
}

/// The receivables by currency and client on a day. Invoices of which nothing is left to pay do not count.
///
/// # Errors
/// [`Refusal::Conflict`] for more than can be added.
pub fn receivables<'a>(
    invoices: impl IntoIterator<Item = &'a Invoice>,
    today: Date,
) -> Result<Vec<Receivables>, Refusal> {
    let mut sums: BTreeMap<&str, (Ages, BTreeMap<ClientId, Ages>)> = BTreeMap::new();
    for invoice in invoices.into_iter().filter(|invoice| invoice.is_open()) {
        let none = Ages::none(invoice.currency);
        let (all, clients) = sums.entry(invoice.currency.code()).or_insert((none, BTreeMap::new()));
        let age = Age::of(invoice.due_on.unwrap_or(today), today);
        all.add(age, invoice.balance())?;
        clients.entry(invoice.client).or_insert(none).add(age, invoice.balance())?;
    }
    let of = |(all, clients): (Ages, BTreeMap<ClientId, Ages>)| {
        let mut clients: Vec<_> = clients.into_iter().collect();
        clients.sort_by_key(|(client, ages)| (-ages.total.minor(), *client));
        Receivables { currency: all.total.currency(), all, clients }
    };
    Ok(sums.into_values().map(of).collect())
}

/// Days sales outstanding: *receivables ÷ sales of a period × days of that period*, both with taxes, to a tenth of a
/// day. This is the field's standard formula (total receivables ÷ total credit sales × days in the period); it is none
/// where nothing was sold.
///
/// # Errors
/// [`Refusal::Conflict`] for two currencies.
pub fn days_sales_outstanding(receivables: Money, sales: Money, days: i64) -> Result<Option<Decimal>, Refusal> {
    receivables.compare(sales)?;
    if sales.minor() <= 0 {
        return Ok(None);
    }
    let days = receivables.major() * Decimal::from(days) / sales.major();
    Ok(Some(days.round_dp_with_strategy(DAY_PLACES, RoundingStrategy::MidpointAwayFromZero)))
}
