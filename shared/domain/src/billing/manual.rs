//! Invoices that are written by hand.

use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::bill::DraftLine;
use super::codes::TaxCode;
use super::cycle::Period;
use super::lines::{LONGEST_TEXT, LONGEST_UNIT, MOST_TAXES, Origin};
use super::pricing::{HIGHEST_PRICE, LARGEST_QUANTITY, PRICE_DECIMALS, QUANTITY_DECIMALS};
use crate::error::Refusal;
use crate::invalid::Check;
use crate::money::{Money, MoneyError};

/// Most lines that are written by hand: they go into one transaction with their invoice.
pub const MOST_LINES: usize = 400;
/// The days that a line pays for are so many years from today at most, before it or after: each of their months is summed, posted
/// and looked at, so that a slip in the year would keep the books busy for centuries.
pub const MOST_YEARS: i64 = 20;

/// A line that is written by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLine {
    /// What it says.
    pub text: String,
    /// The days that it pays for; none for what was handed over at once.
    pub service: Option<Period>,
    /// How many.
    pub quantity: Decimal,
    /// Of what.
    pub unit: Option<String>,
    /// In major units.
    pub unit_price: Decimal,
    /// What is taken off; nothing when none.
    pub discount: Option<Money>,
    /// The taxes on it, in order.
    pub taxes: Vec<TaxCode>,
}

/// The lines, before taxes. `today` is the tenant's local date, whose tax rates hold for lines without a service.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields; [`Refusal::Conflict`] for amounts that are too large.
pub fn lines(new: Vec<NewLine>, currency: Currency, today: Date) -> Result<Vec<DraftLine>, Refusal> {
    let mut check = Check::new();
    check.currency("/currency", currency);
    check.that(!new.is_empty(), "/lines", "required", "must not be empty; add a line");
    check.count("/lines", new.len(), MOST_LINES);
    for (index, line) in new.iter().enumerate() {
        check_line(line, &format!("/lines/{index}"), (currency, today), &mut check);
    }
    check.done()?;
    new.into_iter().map(|line| drafted(line, currency, today)).collect()
}

fn check_line(line: &NewLine, at: &str, (currency, today): (Currency, Date), check: &mut Check) {
    let at = |name: &str| format!("{at}/{name}");
    check.line(&at("text"), &line.text, LONGEST_TEXT);
    check.optional_line(&at("unit"), line.unit.as_deref().unwrap_or_default(), LONGEST_UNIT);
    check.count(&at("taxes"), line.taxes.len(), MOST_TAXES);
    let (quantity, price) = (line.quantity, line.unit_price);
    let some = quantity > Decimal::ZERO && quantity <= LARGEST_QUANTITY;
    check.that(some, &at("quantity"), "out_of_range", "must be above 0 and at most 1000000000");
    let exact = quantity.normalize().scale() <= QUANTITY_DECIMALS;
    check.that(exact, &at("quantity"), "too_precise", "must have at most 6 decimal places");
    let sane = price.abs() <= HIGHEST_PRICE && price.normalize().scale() <= PRICE_DECIMALS;
    let detail = "must be at most 1000000000 with at most 9 decimal places; below zero it is a refund on the invoice";
    check.that(sane, &at("unit_price"), "out_of_range", detail);
    let near = today.saturating_sub(MOST_YEARS.years())..=today.saturating_add(MOST_YEARS.years());
    let is_near = line.service.is_none_or(|service| near.contains(&service.from) && near.contains(&service.to));
    check.that(is_near, &at("service"), "out_of_range", "must be within twenty years of today; correct the year");
    let ordered = line.service.is_none_or(|service| service.from < service.to);
    check.that(ordered, &at("service"), "empty", "must end after it starts; its last day is not in it");
    if let Some(discount) = line.discount {
        let fits = discount.currency() == currency && !discount.is_negative();
        check.that(fits, &at("discount"), "out_of_range", "must be in the invoice's currency, and not below zero");
        let gross = quantity.checked_mul(price).and_then(|exact| Money::rounded(exact, currency).ok());
        let most = gross.map_or(0, |gross| gross.minor().max(0));
        let detail = "must not be more than the line comes to; write what the client gets back as a line below zero";
        check.that(!fits || gross.is_none() || discount.minor() <= most, &at("discount"), "too_much", detail);
    }
}

fn drafted(line: NewLine, currency: Currency, today: Date) -> Result<DraftLine, Refusal> {
    let NewLine { text, service, quantity, unit, unit_price, discount, taxes } = line;
    let gross = Money::rounded(quantity.checked_mul(unit_price).ok_or(MoneyError::TooLarge)?, currency)?;
    let discount = discount.unwrap_or(Money::zero(currency));
    Ok(DraftLine {
        origin: Origin::Manual {},
        text: text.trim().to_owned(),
        service,
        quantity,
        unit,
        unit_price: Some(unit_price),
        gross,
        discount,
        discounts: Vec::new(),
        own: gross.minus(discount)?,
        net: gross.minus(discount)?,
        taxes,
        tax_on: service.map_or(today, |service| service.to.saturating_sub(1.day())),
        note: None,
    })
}
