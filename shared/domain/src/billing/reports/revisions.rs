//! Prices to look at: lines of contracts below the price list, or below what they cost.

use std::collections::HashSet;

use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::margins::CostRate;
use super::recurring::{a_month_of, periods_a_year};
use crate::billing::bill::{Count, Standing, standing};
use crate::billing::contract::Contract;
use crate::billing::dated::{Dated, check_dates, in_force};
use crate::billing::taxes::Taxing;
use crate::billing::work::rates::{HIGHEST_RATE, MOST_PLACES};
use crate::error::Refusal;
use crate::ids::LineId;
use crate::invalid::Check;
use crate::money::{Money, MoneyError};

/// Most entries of a price list.
pub const MOST_PRICES: usize = 500;
/// Most cost rates.
pub const MOST_COSTS: usize = 500;
/// Most dated values of a price book: some 60 bytes each, so that it fits its item.
pub const MOST_VALUES: usize = 3_000;
/// Longest name on a price list.
pub const LONGEST_NAME: usize = 500;

/// What something is sold for, and what it costs, for one unit and month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ListPrice {
    /// Its name: a contract's line of the same text is one of these, whatever the case of its letters.
    pub name: String,
    /// In major units and without taxes, for one and a month, each from a date on, in order.
    pub price: Vec<Dated<Decimal>>,
    /// What one of it costs in a month, in major units; empty while nobody has said so.
    #[serde(default)]
    pub cost: Vec<Dated<Decimal>>,
}

/// What a tenant sells things for, and what things and people cost it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceBook {
    /// Of every amount in it.
    pub currency: Currency,
    /// The price list, for one and a month.
    pub prices: Vec<ListPrice>,
    /// What an hour of work costs.
    pub costs: Vec<CostRate>,
    /// When it last changed; none as long as nobody has written it.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

/// What to change; absent fields stay, lists are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PriceBookChanges {
    /// The price list from now on.
    pub prices: Option<Vec<ListPrice>>,
    /// The cost rates from now on.
    pub costs: Option<Vec<CostRate>>,
}

impl PriceBook {
    /// The book of a tenant that has not written one.
    pub const fn new(currency: Currency) -> Self {
        Self { currency, prices: Vec::new(), costs: Vec::new(), updated_at: None }
    }

    /// What is sold under this name.
    pub fn named(&self, name: &str) -> Option<&ListPrice> {
        let name = name.trim().to_lowercase();
        self.prices.iter().find(|price| price.name.trim().to_lowercase() == name)
    }

    /// Changes it.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for bad fields, for one name twice, and for two rates of one person and role.
    pub fn change(self, changes: PriceBookChanges, now: Timestamp) -> Result<Self, Refusal> {
        let after = Self {
            prices: changes.prices.unwrap_or_else(|| self.prices.clone()),
            costs: changes.costs.unwrap_or_else(|| self.costs.clone()),
            ..self.clone()
        };
        if after == self {
            return Ok(self);
        }
        after.check()?;
        Ok(Self { updated_at: Some(now), ..after })
    }

    fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.count("/prices", self.prices.len(), MOST_PRICES);
        check.count("/costs", self.costs.len(), MOST_COSTS);
        let values = self.prices.iter().map(|price| price.price.len() + price.cost.len()).sum::<usize>()
            + self.costs.iter().map(|cost| cost.per_hour.len()).sum::<usize>();
        let too_many = "hold over 3000 values with their dates in all; leave old ones out";
        check.that(values <= MOST_VALUES, "/prices", "too_many", too_many);
        let mut names = HashSet::new();
        for (index, price) in self.prices.iter().enumerate() {
            let at = format!("/prices/{index}");
            check.line(&format!("{at}/name"), &price.name, LONGEST_NAME);
            let new = names.insert(price.name.trim().to_lowercase());
            check.that(new, &format!("{at}/name"), "duplicate", "is on the list already; put its prices together");
            values_of(&format!("{at}/price"), &price.price, &mut check);
            if !price.cost.is_empty() {
                values_of(&format!("{at}/cost"), &price.cost, &mut check);
            }
        }
        let mut whose = HashSet::new();
        for (index, cost) in self.costs.iter().enumerate() {
            let at = format!("/costs/{index}");
            let new = whose.insert((cost.person, &cost.role));
            check.that(new, &at, "duplicate", "is for the same as one before it; put their values together");
            values_of(&format!("{at}/per_hour"), &cost.per_hour, &mut check);
        }
        check.done()
    }
}

fn values_of(at: &str, values: &[Dated<Decimal>], check: &mut Check) {
    check_dates(at, values, check);
    for (index, dated) in values.iter().enumerate() {
        let at = format!("{at}/{index}/value");
        let in_range = dated.value >= Decimal::ZERO && dated.value <= HIGHEST_RATE;
        check.that(in_range, &at, "out_of_range", "must be from 0 to 1000000");
        let places = dated.value.normalize().scale() <= MOST_PLACES;
        check.that(places, &at, "too_precise", "must have at most six decimal places");
    }
}

/// A line whose price somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Which line.
    pub line: LineId,
    /// What the invoice calls it.
    pub text: String,
    /// How many there are of it.
    pub quantity: Decimal,
    /// What they bring in a month, without taxes.
    pub agreed: Money,
    /// What they would bring by the price list.
    pub listed: Money,
    /// What they cost in a month, if somebody has said so.
    pub cost: Option<Money>,
    /// What they lack to the price list; nothing where they are not below it.
    pub below_list: Money,
    /// What they lack to their cost; nothing where they are not below it, or it is not known.
    pub below_cost: Money,
}

/// What of a contract to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revisions {
    /// The lines below the list or below their cost.
    pub lines: Vec<Revision>,
    /// Lines that recur and are not on the price list: nothing is said of them.
    pub unlisted: u32,
    /// Lines on the list of which nobody has said what they cost.
    pub without_cost: u32,
}

/// The lines of a contract that bring less on a day than the price list says, or than they cost. A contract in another
/// currency than the list has only lines that are not on it. The list is without taxes, and so is what a line brings.
///
/// # Errors
/// As [`standing`].
pub fn revisions(
    contract: &Contract,
    counts: &[Count],
    book: &PriceBook,
    taxing: Taxing<'_>,
    on: Date,
) -> Result<Revisions, Refusal> {
    let mut found = Revisions { lines: Vec::new(), unlisted: 0, without_cost: 0 };
    for standing in standing(contract, counts, taxing, on)? {
        let text = contract.line(standing.line).map_or_else(String::new, |line| line.text.clone());
        let listed = book.named(&text).filter(|_| book.currency == contract.currency);
        let Some((listed, price)) = listed.and_then(|listed| Some((listed, *in_force(&listed.price, on)?))) else {
            found.unlisted += 1;
            continue;
        };
        let cost = in_force(&listed.cost, on).copied();
        found.without_cost += u32::from(cost.is_none());
        let revision = revision(contract, text, standing, price, cost)?;
        if !(revision.below_list.is_zero() && revision.below_cost.is_zero()) {
            found.lines.push(revision);
        }
    }
    Ok(found)
}

fn revision(
    contract: &Contract,
    text: String,
    standing: Standing,
    price: Decimal,
    cost: Option<Decimal>,
) -> Result<Revision, Refusal> {
    let Standing { line, quantity, net } = standing;
    let currency = contract.currency;
    let all = |of_one: Decimal| -> Result<Money, Refusal> {
        Ok(Money::rounded(quantity.checked_mul(of_one).ok_or(MoneyError::TooLarge)?, currency)?)
    };
    let annual = net.times(periods_a_year(contract.schedule.cycle).into())?;
    let agreed = a_month_of(annual)?.monthly;
    let (listed, cost) = (all(price)?, cost.map(all).transpose()?);
    let lacks = |than: Money| -> Result<Money, Refusal> {
        let lack = than.minus(agreed)?;
        Ok(if lack.is_negative() { Money::zero(currency) } else { lack })
    };
    let below_cost = cost.map_or(Ok(Money::zero(currency)), lacks)?;
    Ok(Revision { line, text, quantity, agreed, listed, cost, below_list: lacks(listed)?, below_cost })
}
