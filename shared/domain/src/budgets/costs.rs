//! A client's costs, month by month: of what, in which department, and what they come to.

use std::collections::{BTreeMap, BTreeSet};

use iso_currency::Currency;

use jiff::civil::Date;

use super::budget::Scope;
use super::chargeback::{Weighted, chargeback};
use super::outlook::Spent;
use super::rules::{ChargebackRules, SourceRule, weights_of};
use crate::billing::dated::{Dated, in_force};
use crate::billing::reports::Month;
use crate::error::Refusal;
use crate::ids::{ProductId, UnitId};
use crate::insights::costs::LICENCES;
use crate::money::Money;

/// What something costs in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// In which month.
    pub month: Month,
    /// Where it comes from: an import's source, `invoices` or `licences`.
    pub source: String,
    /// Of which product; of licences only.
    pub product: Option<ProductId>,
    /// In which department; none where nobody carries it.
    pub unit: Option<UnitId>,
    /// How much.
    pub amount: Money,
}

/// The costs with those of which no department is known given to whoever carries them by the client's rules; what licences cost
/// is carried already. In all they come to the same, month by month and source by source. `seats` are those of all licences, by the
/// day from which they hold.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn carried(
    costs: Vec<Cost>,
    rules: &ChargebackRules,
    seats: &[Dated<Vec<Weighted>>],
    today: Date,
) -> Result<Vec<Cost>, Refusal> {
    let mut sums: BTreeMap<_, Money> = BTreeMap::new();
    for cost in costs {
        let carriers = match rules.of(&cost.source) {
            _ if cost.unit.is_some() || cost.source == LICENCES => Vec::new(),
            SourceRule::Nobody {} => Vec::new(),
            SourceRule::Seats {} => in_force(seats, cost.month.last().min(today)).cloned().unwrap_or_default(),
            SourceRule::Fixed { shares } => weights_of(shares),
        };
        let Cost { month, source, product, unit, amount } = cost;
        for part in chargeback(amount, &carriers) {
            let key = (month, source.clone(), product, unit.or(part.unit), amount.currency().code());
            let sum = sums.entry(key).or_insert_with(|| Money::zero(amount.currency()));
            *sum = sum.plus(part.amount)?;
        }
    }
    let cost = |((month, source, product, unit, _), amount)| Cost { month, source, product, unit, amount };
    Ok(sums.into_iter().map(cost).filter(|cost| !cost.amount.is_zero()).collect())
}

/// What a budget is held against, of a client's costs that are carried: those within its scope and in its currency.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn spent_within(costs: &[Cost], scope: &Scope, currency: Currency) -> Result<Spent, Refusal> {
    let mut spent = Spent::default();
    let within = |cost: &&Cost| match scope {
        Scope::Client {} => true,
        Scope::Unit { unit } => cost.unit == Some(*unit),
    };
    for cost in costs.iter().filter(within).filter(|cost| cost.amount.currency() == currency) {
        let kind = if cost.source == LICENCES { &mut spent.fixed } else { &mut spent.variable };
        let sum = kind.entry(cost.month).or_insert_with(|| Money::zero(currency));
        *sum = sum.plus(cost.amount)?;
    }
    Ok(spent)
}

/// Costs in one currency, added up in each way in which somebody asks for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    /// In what.
    pub currency: Currency,
    /// All of it.
    pub total: Money,
    /// By month.
    pub months: BTreeMap<Month, Money>,
    /// By source.
    pub sources: BTreeMap<String, Money>,
    /// By department; under none what nobody carries.
    pub units: BTreeMap<Option<UnitId>, Money>,
    /// By product, of licences only.
    pub products: BTreeMap<ProductId, Money>,
}

/// The costs added up, currency by currency.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn sums(costs: &[Cost]) -> Result<Vec<Sums>, Refusal> {
    let codes: BTreeSet<&str> = costs.iter().map(|cost| cost.amount.currency().code()).collect();
    let of = |code| {
        let own: Vec<&Cost> = costs.iter().filter(|cost| cost.amount.currency().code() == code).collect();
        let currency = own.first().map_or(Currency::EUR, |cost| cost.amount.currency());
        Ok(Sums {
            currency,
            total: Money::sum(currency, own.iter().map(|cost| cost.amount))?,
            months: added(&own, |cost| Some(cost.month))?,
            sources: added(&own, |cost| Some(cost.source.clone()))?,
            units: added(&own, |cost| Some(cost.unit))?,
            products: added(&own, |cost| cost.product)?,
        })
    };
    codes.into_iter().map(of).collect()
}

fn added<K: Ord>(costs: &[&Cost], by: impl Fn(&Cost) -> Option<K>) -> Result<BTreeMap<K, Money>, Refusal> {
    let mut sums = BTreeMap::new();
    for cost in costs {
        let Some(key) = by(cost) else { continue };
        let sum = sums.entry(key).or_insert_with(|| Money::zero(cost.amount.currency()));
        *sum = sum.plus(cost.amount)?;
    }
    Ok(sums)
}
