//! A client's costs, month by month: of what, in which department, and what they come to.

use std::collections::{BTreeMap, BTreeSet};

use iso_currency::Currency;

use jiff::civil::Date;

use super::budget::{Budget, Scope};
use super::chargeback::{UseByMonth, Weighted, chargeback};
use super::rules::{CentreShare, ChargebackRules, SourceRule, weights_of};
use super::spent::Spent;
use crate::billing::dated::{Dated, in_force};
use crate::billing::reports::Month;
use crate::cost_centres::CostCode;
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
    /// In which department; none where nobody carries it, or a cost centre does.
    pub unit: Option<UnitId>,
    /// The cost centre that carries it by an agreed part, in no department; none where departments say it.
    pub centre: Option<CostCode>,
    /// How much.
    pub amount: Money,
}

impl Cost {
    /// The cost centre that it is on: its own, or its department's. `centres` has that of each department that has one.
    pub fn on_centre<'a>(&'a self, centres: &'a BTreeMap<UnitId, CostCode>) -> Option<&'a CostCode> {
        self.centre.as_ref().or_else(|| self.unit.and_then(|unit| centres.get(&unit)))
    }
}

/// What says who carries a cost that no department is known of.
#[derive(Debug, Clone, Copy)]
pub struct Carriers<'a> {
    /// The client's rules.
    pub rules: &'a ChargebackRules,
    /// The seats of all licences, by the day from which they hold.
    pub seats: &'a [Dated<Vec<Weighted>>],
    /// The use that says it, by sources that are carried by use.
    pub used: &'a BTreeMap<String, UseByMonth>,
    /// The day.
    pub today: Date,
}

impl Carriers<'_> {
    /// Who carries what comes from a source in a month.
    fn of(&self, source: &str, month: Month) -> Vec<Weighted> {
        match self.rules.of(source) {
            SourceRule::Nobody {} | SourceRule::CostCentres { .. } => Vec::new(),
            SourceRule::Seats {} => in_force(self.seats, month.last().min(self.today)).cloned().unwrap_or_default(),
            SourceRule::Usage { .. } => {
                let used = self.used.get(source).and_then(|months| months.get(&told_by(month, self.today)));
                used.cloned().unwrap_or_default()
            }
            SourceRule::Fixed { shares } => weights_of(shares),
        }
    }
}

/// The month whose use says who carries a month of a source: itself, or the last one that is over, for before that not all of
/// its use is known.
pub fn told_by(month: Month, today: Date) -> Month {
    month.min(Month::of(today).plus(-1))
}

/// The costs with those of which no department is known given to whoever carries them by the client's rules; what licences cost
/// is carried already, but where cost centres carry it. In all they come to the same, month by month and source by source.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn carried(costs: Vec<Cost>, by: Carriers<'_>) -> Result<Vec<Cost>, Refusal> {
    let mut sums: BTreeMap<_, Money> = BTreeMap::new();
    for cost in costs {
        let shares: &[CentreShare] = match cost.unit.is_some() || cost.centre.is_some() {
            true => &[],
            false => by.rules.centres_of(&cost.source),
        };
        let carriers = match is_carried(&cost) {
            true => Vec::new(),
            false => by.of(&cost.source, cost.month),
        };
        let Cost { month, source, product, unit, centre, amount } = cost;
        let mut add = |unit: Option<UnitId>, centre: Option<CostCode>, part: Money| -> Result<(), Refusal> {
            let key = (month, source.clone(), product, unit, centre, amount.currency().code());
            let sum = sums.entry(key).or_insert_with(|| Money::zero(amount.currency()));
            *sum = sum.plus(part)?;
            Ok(())
        };
        if !shares.is_empty() {
            let weights: Vec<u64> = shares.iter().map(|share| share.weight.into()).collect();
            for (share, part) in shares.iter().zip(amount.split(&weights)) {
                add(None, Some(share.code.clone()), part)?;
            }
            continue;
        }
        for part in chargeback(amount, &carriers) {
            add(unit.or(part.unit), centre.clone(), part.amount)?;
        }
    }
    let cost =
        |((month, source, product, unit, centre, _), amount)| Cost { month, source, product, unit, centre, amount };
    Ok(sums.into_iter().map(cost).filter(|cost| !cost.amount.is_zero()).collect())
}

/// Whether no rule has a say in who carries a cost: its department is known, or it is a licence's, which is carried already.
fn is_carried(cost: &Cost) -> bool {
    cost.unit.is_some() || cost.centre.is_some() || cost.source == LICENCES
}

/// The months whose use says who carries some of these costs, source by source: the first and the last. Nothing else need be
/// read.
pub fn months_of_use(costs: &[Cost], rules: &ChargebackRules, today: Date) -> BTreeMap<String, (Month, Month)> {
    let mut asked: BTreeMap<String, (Month, Month)> = BTreeMap::new();
    let by_use = |cost: &&Cost| !is_carried(cost) && matches!(rules.of(&cost.source), SourceRule::Usage { .. });
    for cost in costs.iter().filter(by_use) {
        let month = told_by(cost.month, today);
        let months = asked.entry(cost.source.clone()).or_insert((month, month));
        *months = (months.0.min(month), months.1.max(month));
    }
    asked
}

/// What a budget is held against, of a client's costs that are carried: those within its scope, of its sources and in its
/// currency. `centres` has the cost centre of each department that has one, as it is today.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn spent_within(costs: &[Cost], budget: &Budget, centres: &BTreeMap<UnitId, CostCode>) -> Result<Spent, Refusal> {
    let mut spent = Spent::default();
    let currency = budget.currency();
    for cost in within(costs, budget, centres) {
        let kind = if cost.source == LICENCES { &mut spent.fixed } else { &mut spent.variable };
        let sum = kind.entry(cost.month).or_insert_with(|| Money::zero(currency));
        *sum = sum.plus(cost.amount)?;
    }
    Ok(spent)
}

/// The costs within a budget's scope, of its sources and in its currency.
pub(super) fn within<'a>(
    costs: &'a [Cost],
    budget: &'a Budget,
    centres: &'a BTreeMap<UnitId, CostCode>,
) -> impl Iterator<Item = &'a Cost> {
    let currency = budget.currency();
    let of_scope = |cost: &Cost| match &budget.scope {
        Scope::Client {} => true,
        Scope::Unit { unit } => cost.unit == Some(*unit),
        Scope::CostCentre { code } => cost.on_centre(centres) == Some(code),
    };
    let of_source = |cost: &Cost| budget.sources.is_empty() || budget.sources.contains(&cost.source);
    costs.iter().filter(move |cost| of_scope(cost) && of_source(cost) && cost.amount.currency() == currency)
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
    /// By department; under none what nobody carries, and what cost centres carry by agreed parts.
    pub units: BTreeMap<Option<UnitId>, Money>,
    /// By cost centre, of what these carry by agreed parts.
    pub centres: BTreeMap<CostCode, Money>,
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
            centres: added(&own, |cost| cost.centre.clone())?,
            products: added(&own, |cost| cost.product)?,
        })
    };
    codes.into_iter().map(of).collect()
}

/// What cost centres carry: what the departments do that belong to them, and their own agreed parts; under none what nobody
/// carries, and what those departments carry that belong to none. It comes to the same in all.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn by_centre(
    all: &Sums,
    centres: &BTreeMap<UnitId, CostCode>,
) -> Result<BTreeMap<Option<CostCode>, Money>, Refusal> {
    let mut sums: BTreeMap<Option<CostCode>, Money> = BTreeMap::new();
    let mut add = |code: Option<CostCode>, amount: Money| -> Result<(), Refusal> {
        let sum = sums.entry(code).or_insert_with(|| Money::zero(amount.currency()));
        *sum = sum.plus(amount)?;
        Ok(())
    };
    let mut own = Money::zero(all.currency);
    for (code, amount) in &all.centres {
        own = own.plus(*amount)?;
        add(Some(code.clone()), *amount)?;
    }
    for (unit, amount) in &all.units {
        match unit {
            Some(unit) => add(centres.get(unit).cloned(), *amount)?,
            // What cost centres carry themselves is in no department either.
            None => add(None, amount.minus(own)?)?,
        }
    }
    sums.retain(|code, amount| code.is_some() || all.centres.is_empty() || !amount.is_zero());
    Ok(sums)
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
