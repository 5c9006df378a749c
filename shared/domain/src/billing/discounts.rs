//! Discounts: less to pay, by a percentage or an amount, on a line or the whole invoice, for a time.

use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::invalid::Check;
use crate::money::{Money, MoneyError};

/// Longest name of a discount.
pub const LONGEST_NAME: usize = 120;
/// Most decimal places of a percentage, as of a tax.
pub const MOST_PLACES: u32 = 4;
/// Most discounts that are named on a line of an invoice; what is over comes off without a name.
pub const MOST_NAMED: usize = 10;
/// Longest names of them together: the lines of an invoice are stored many at once.
pub const LONGEST_NAMES: usize = 400;
/// Longest term in periods: ten years of weeks.
pub const MOST_PERIODS: u32 = 520;

/// A discount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Discount {
    /// What the invoice calls it.
    pub name: String,
    /// How much.
    pub off: Off,
    /// The first day: a period that starts on it or later gets the discount.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    /// How long.
    pub term: Term,
}

/// How much less there is to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Off {
    /// So many per cent.
    Percent {
        /// Above 0 and up to 100, with at most four decimal places.
        #[serde(deserialize_with = "crate::decimal::plain")]
        percent: Decimal,
    },
    /// So much a period, at most what there is to pay.
    Amount {
        /// Above zero.
        amount: Money,
    },
}

/// How long a discount holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Term {
    /// As long as what it is on.
    Forever {},
    /// Until a date.
    Until {
        /// A period that starts on this day or later gets it no more.
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        date: Date,
    },
    /// For so many periods.
    Periods {
        /// From 1 on.
        count: u32,
    },
}

/// A line before its discounts.
#[derive(Debug, Clone, PartialEq)]
pub struct Undiscounted<'a> {
    /// What the line costs.
    pub gross: Money,
    /// The most that the line may cost in its period, applied after percentages and before amounts.
    pub maximum: Option<Money>,
    /// The line's own discounts that hold for its period, in order.
    pub discounts: Vec<&'a Discount>,
    /// Whether the invoice's discounts are on this line as well; not on adjustments, which are net of them already.
    pub shares_invoice_discounts: bool,
}

/// A line after its discounts: `net = gross − over_maximum − the amounts of what was given`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Discounted {
    /// What the line costs without them.
    pub gross: Money,
    /// What the period's maximum takes off.
    pub over_maximum: Money,
    /// What each discount takes off, the line's own first; those that take nothing are left out.
    pub given: Vec<Given>,
    /// What is left: the base of taxes.
    pub net: Money,
}

/// What one discount takes off a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Given {
    /// What the invoice calls it.
    pub name: String,
    /// Whether it is the line's share of a discount on the invoice.
    pub of_invoice: bool,
    /// How much, above or equal to zero; below it where the line is below zero.
    pub amount: Money,
}

/// As many discounts, the first ones, as a line has room to name.
pub fn with_names(mut given: Vec<Given>) -> Vec<Given> {
    let mut room = LONGEST_NAMES;
    let mut fits = |given: &Given| {
        let left = room.checked_sub(given.name.chars().count());
        room = left.unwrap_or_default();
        left.is_some()
    };
    let named = given.iter().take(MOST_NAMED).take_while(|given| fits(given)).count();
    given.truncate(named);
    given
}

/// Takes the discounts off an invoice's lines.
///
/// On each line, in this order: its own percentages, each on what the ones before it left; the period's maximum (so that
/// a percentage of an expensive month is not lost under the cap); its own amounts. Then the invoice's percentages and the
/// invoice's amounts, each on what the lines that share in them have left together, rounded once for the invoice and
/// spread over those lines in proportion by [`Money::split`]: what the invoice shows is what comes off, to the cent.
///
/// Only what is above zero is discounted, and no discount takes more than there is, so no line goes below zero by a
/// discount, and none lifts an invoice that is below zero already.
///
/// # Errors
/// [`MoneyError`](crate::money::MoneyError) as a [`Refusal::Conflict`]: a line, a maximum or an amount in another
/// currency, or too much.
pub fn discount(
    lines: &[Undiscounted<'_>],
    invoice: &[&Discount],
    currency: Currency,
) -> Result<Vec<Discounted>, Refusal> {
    let mut all: Vec<Discounted> = lines.iter().map(|line| on_line(line, currency)).collect::<Result<_, _>>()?;
    for discount in percentages_first(invoice) {
        let shares = |(line, discounted): (&Undiscounted<'_>, &Discounted)| {
            let open = line.shares_invoice_discounts && !discounted.net.is_negative();
            if open { discounted.net.minor().unsigned_abs() } else { 0 }
        };
        let weights: Vec<u64> = lines.iter().zip(&all).map(shares).collect();
        let open = lines.iter().zip(&all).zip(&weights).filter(|(_, weight)| **weight > 0);
        let base = Money::sum(currency, open.map(|((_, discounted), _)| discounted.net))?;
        let owed = Money::sum(currency, all.iter().map(|line| line.net))?;
        let off = discount.off.of(base)?.at_most(owed)?;
        if off.minor() <= 0 {
            continue;
        }
        for ((line, part), weight) in all.iter_mut().zip(off.split(&weights)).zip(weights) {
            if weight > 0 {
                line.give(discount, true, part)?;
            }
        }
    }
    Ok(all)
}

fn on_line(line: &Undiscounted<'_>, currency: Currency) -> Result<Discounted, MoneyError> {
    let zero = Money::zero(currency);
    let mut discounted =
        Discounted { gross: line.gross, over_maximum: zero, given: Vec::new(), net: zero.plus(line.gross)? };
    let (percentages, amounts): (Vec<&Discount>, Vec<&Discount>) =
        line.discounts.iter().copied().partition(|discount| discount.off.is_percentage());
    for discount in percentages {
        discounted.give(discount, false, discount.off.of(discounted.net)?)?;
    }
    if let Some(maximum) = line.maximum {
        let capped = discounted.net.at_most(maximum)?;
        discounted.over_maximum = discounted.net.minus(capped)?;
        discounted.net = capped;
    }
    for discount in amounts {
        discounted.give(discount, false, discount.off.of(discounted.net)?)?;
    }
    Ok(discounted)
}

fn percentages_first<'a>(discounts: &'a [&'a Discount]) -> impl Iterator<Item = &'a Discount> {
    let percentages = discounts.iter().filter(|discount| discount.off.is_percentage());
    percentages.chain(discounts.iter().filter(|discount| !discount.off.is_percentage())).copied()
}

impl Discounted {
    fn give(&mut self, discount: &Discount, of_invoice: bool, amount: Money) -> Result<(), MoneyError> {
        if !amount.is_zero() {
            self.net = self.net.minus(amount)?;
            self.given.push(Given { name: discount.name.clone(), of_invoice, amount });
        }
        Ok(())
    }

    /// What takes `off` a part of the line, by discount, in proportion. What the period's maximum takes off has no name, so
    /// these may come to less.
    pub fn named(&self, off: Money) -> Vec<Given> {
        let amounts = self.given.iter().map(|given| given.amount).chain([self.over_maximum]);
        let weights: Vec<u64> = amounts.map(|amount| amount.minor().unsigned_abs()).collect();
        let parts = self.given.iter().zip(off.split(&weights)).filter(|(_, part)| !part.is_zero());
        parts.map(|(given, amount)| Given { amount, ..given.clone() }).collect()
    }

    /// What the discounts take off together, without what the maximum takes off.
    ///
    /// # Errors
    /// Too much.
    pub fn discount(&self) -> Result<Money, MoneyError> {
        Money::sum(self.gross.currency(), self.given.iter().map(|given| given.amount))
    }
}

impl Off {
    /// What comes off `base`: from nothing to all of it, and nothing of what is not above zero.
    ///
    /// # Errors
    /// Two currencies.
    pub fn of(&self, base: Money) -> Result<Money, MoneyError> {
        let off = match self {
            Self::Percent { percent } => base.times(*percent / Decimal::ONE_HUNDRED)?,
            Self::Amount { amount } => amount.at_most(base)?,
        };
        Ok(if base.is_negative() { Money::zero(base.currency()) } else { off })
    }

    const fn is_percentage(&self) -> bool {
        matches!(self, Self::Percent { .. })
    }
}

impl Discount {
    /// Whether it is on a period that starts on this day. `nth` counts the periods that start in the discount's time,
    /// from 0: how many of them there were before this one.
    pub fn holds(&self, period_starts: Date, nth: u32) -> bool {
        let still = match self.term {
            Term::Forever {} => true,
            Term::Until { date } => period_starts < date,
            Term::Periods { count } => nth < count,
        };
        self.from <= period_starts && still
    }

    /// The rules for saved discounts, on something in this currency.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the field of each fault.
    pub fn check(&self, currency: Currency) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.line("/name", &self.name, LONGEST_NAME);
        match self.off {
            Off::Percent { percent } => {
                let in_range = percent > Decimal::ZERO && percent <= Decimal::ONE_HUNDRED;
                check.that(in_range, "/off/percent", "out_of_range", "must be above 0 and at most 100 per cent");
                let places = percent.normalize().scale();
                let detail = "must have at most four decimal places";
                check.that(places <= MOST_PLACES, "/off/percent", "too_precise", detail);
            }
            Off::Amount { amount } => {
                check.that(amount.minor() > 0, "/off/amount", "out_of_range", "must be above zero");
                let same = amount.currency() == currency;
                let detail = "must be in the currency of what it is on";
                check.that(same, "/off/amount/currency", "other_currency", detail);
            }
        }
        match self.term {
            Term::Forever {} => {}
            Term::Until { date } => {
                check.that(date > self.from, "/term/date", "empty", "must be after the day on which it begins");
            }
            Term::Periods { count } => {
                let in_range = (1..=MOST_PERIODS).contains(&count);
                check.that(in_range, "/term/count", "out_of_range", "must be from 1 to 520 periods");
            }
        }
        check.done()
    }
}
