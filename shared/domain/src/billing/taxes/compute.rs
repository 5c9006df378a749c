//! Reckoning the taxes of an invoice.
//!
//! A tax is `net × factor`, where the factor of a plain tax is its rate and that of a compound one its rate on `1 +` the
//! factors before it; so no tax is reckoned from a rounded one. Taxes inside a price are `price × factor ÷ (1 + all
//! factors)`. Factors and products are exact; each tax is rounded once, half away from zero, where [`TaxRounding`] says.
//! Per invoice and on top of the price this is EN 16931-1, BR-CO-17: the sum of the net amounts × the rate, rounded.

use std::collections::HashSet;

use iso_currency::Currency;
use rust_decimal::Decimal;

use super::{Exempted, Exemption, LineTax, Tax, TaxRounding, TaxSum, Taxable, Taxed, TaxedLine};
use crate::billing::codes::TaxCode;
use crate::billing::dated::in_force;
use crate::billing::spread::{spread, spread_table};
use crate::error::Refusal;
use crate::money::{Money, MoneyError};

/// Most taxes on one line, as at Stripe ("You can add up to five tax rates to each line item").
pub const MOST_TAXES: usize = 5;
/// Most compound taxes on one line; with four decimal places of per cent each, a factor still fits a decimal exactly.
pub const MOST_COMPOUND: usize = 2;

/// Taxes an invoice. Every tax that a line names is charged, or its exemption is named: none is ever left out silently.
///
/// Where a client is exempt from a tax that is inside a price, the tax is taken out of the price, and what is left of the
/// line's taxes comes on top of that.
///
/// # Errors
/// [`Refusal::Conflict`]: `tax_missing` for a code that is not in `taxes`, `tax_rate_missing` for one without a rate on
/// the line's day, `tax_twice`, `too_many_taxes`, `taxes_mixed` for a line with taxes inside and on top of its price,
/// `currencies` for a line in another currency, `amount_too_large`.
pub fn tax(
    lines: &[Taxable],
    taxes: &[Tax],
    exemptions: &[Exemption],
    currency: Currency,
    rounding: TaxRounding,
) -> Result<Taxed, Refusal> {
    let mut exempted = Vec::new();
    let mut plans = Vec::with_capacity(lines.len());
    for line in lines {
        Money::zero(currency).plus(line.amount)?;
        let all = rates_of(line, taxes)?;
        plans.push(Plan::new(line, &all, exemptions, &mut exempted)?);
    }
    let amounts = match rounding {
        TaxRounding::PerLine => per_line(&plans)?,
        TaxRounding::PerInvoice => per_invoice(&plans, currency)?,
    };
    collect(&plans, amounts, exempted, currency, rounding)
}

/// A tax of a line, with its rate on the line's day.
#[derive(Debug, Clone, Copy)]
struct Rate<'a> {
    tax: &'a Tax,
    percent: Decimal,
    /// Of the net amount.
    factor: Decimal,
}

impl Rate<'_> {
    fn is(&self, other: &Rate<'_>) -> bool {
        self.tax.code == other.tax.code && self.percent == other.percent
    }
}

/// How a line is taxed.
#[derive(Debug)]
struct Plan<'a> {
    amount: Money,
    /// Whether `amount` holds the taxes.
    inclusive: bool,
    rates: Vec<Rate<'a>>,
}

/// The exemptions met, by tax and certificate, with the lines' net amounts.
type Exempt<'a> = Vec<(&'a Exemption, TaxCode, Money)>;

impl<'a> Plan<'a> {
    fn new(
        line: &Taxable,
        all: &[Rate<'a>],
        exemptions: &'a [Exemption],
        exempted: &mut Exempt<'a>,
    ) -> Result<Self, Refusal> {
        let inclusive = all.iter().any(|rate| rate.tax.inclusive);
        let holding = |rate: &Rate<'_>| exemptions.iter().find(|held| held.holds(&rate.tax.code, line.on));
        let free: Vec<(&'a Exemption, &TaxCode)> =
            all.iter().filter_map(|rate| Some((holding(rate)?, &rate.tax.code))).collect();
        if free.is_empty() {
            return Ok(Self { amount: line.amount, inclusive, rates: all.to_vec() });
        }
        let net = if inclusive { line.amount.minus(inside(line.amount, all)?)? } else { line.amount };
        for (exemption, code) in free {
            match exempted.iter_mut().find(|(held, of, _)| *held == exemption && of == code) {
                Some((_, _, sum)) => *sum = sum.plus(net)?,
                None => exempted.push((exemption, code.clone(), net)),
            }
        }
        let due = all.iter().filter(|rate| holding(rate).is_none()).map(|rate| (rate.tax, rate.percent));
        Ok(Self { amount: net, inclusive: false, rates: with_factors(due) })
    }

    /// Each tax in major units, before it is rounded; to 28 digits where the price is divided.
    fn exact(&self) -> Result<Vec<Decimal>, MoneyError> {
        let whole = if self.inclusive { Decimal::ONE + sum_of(&self.rates) } else { Decimal::ONE };
        let of = |rate: &Rate<'_>| self.amount.major().checked_mul(rate.factor)?.checked_div(whole);
        self.rates.iter().map(|rate| of(rate).ok_or(MoneyError::TooLarge)).collect()
    }

    fn is_taxed_as(&self, other: &Self) -> bool {
        self.inclusive == other.inclusive
            && self.rates.len() == other.rates.len()
            && self.rates.iter().zip(&other.rates).all(|(one, another)| one.is(another))
    }
}

fn sum_of(rates: &[Rate<'_>]) -> Decimal {
    rates.iter().map(|rate| rate.factor).sum()
}

/// All taxes inside a price together: one division of an exact product, so that half a cent is seen as half a cent.
fn inside(price: Money, rates: &[Rate<'_>]) -> Result<Money, MoneyError> {
    let factors = sum_of(rates);
    let exact = price.major().checked_mul(factors).and_then(|product| product.checked_div(Decimal::ONE + factors));
    Money::rounded(exact.ok_or(MoneyError::TooLarge)?, price.currency())
}

/// The line's taxes in order, each with its rate on the line's day.
fn rates_of<'a>(line: &Taxable, taxes: &'a [Tax]) -> Result<Vec<Rate<'a>>, Refusal> {
    let mut found: Vec<(&Tax, Decimal)> = Vec::with_capacity(line.taxes.len());
    let mut seen = HashSet::new();
    for code in &line.taxes {
        let missing = || format!("there is no tax {code}; add it, or take it off the line");
        let tax = taxes.iter().find(|tax| tax.code == *code);
        let tax = tax.ok_or_else(|| Refusal::conflict("tax_missing", missing()))?;
        let undated = || format!("tax {code} has no rate on {}; say what it was then", line.on);
        let percent = in_force(&tax.percent, line.on);
        let percent = percent.ok_or_else(|| Refusal::conflict("tax_rate_missing", undated()))?;
        if !seen.insert(code) {
            let detail = format!("tax {code} is on the line twice; leave one of them out");
            return Err(Refusal::conflict("tax_twice", detail));
        }
        found.push((tax, percent.normalize()));
    }
    let compound = found.iter().filter(|(tax, _)| tax.compound).count();
    if found.len() > MOST_TAXES || compound > MOST_COMPOUND {
        let detail = format!("a line has at most {MOST_TAXES} taxes, {MOST_COMPOUND} of them compound; take some off");
        return Err(Refusal::conflict("too_many_taxes", detail));
    }
    if found.iter().any(|(tax, _)| tax.inclusive) && found.iter().any(|(tax, _)| !tax.inclusive) {
        let detail = "a line's taxes are all inside its price or all on top of it; split the line or change a tax";
        return Err(Refusal::conflict("taxes_mixed", detail));
    }
    Ok(with_factors(found.into_iter()))
}

fn with_factors<'a>(taxes: impl Iterator<Item = (&'a Tax, Decimal)>) -> Vec<Rate<'a>> {
    let mut before = Decimal::ZERO;
    let mut rates = Vec::new();
    for (tax, percent) in taxes {
        let base = if tax.compound { Decimal::ONE + before } else { Decimal::ONE };
        let factor = (percent / Decimal::ONE_HUNDRED * base).normalize();
        before += factor;
        rates.push(Rate { tax, percent, factor });
    }
    rates
}

/// For each line the amounts of its taxes.
type Amounts = Vec<Vec<Money>>;

fn per_line(plans: &[Plan<'_>]) -> Result<Amounts, MoneyError> {
    let of_line = |plan: &Plan<'_>| {
        let exact = plan.exact()?;
        if plan.inclusive {
            return Ok(spread(inside(plan.amount, &plan.rates)?, &exact));
        }
        exact.into_iter().map(|tax| Money::rounded(tax, plan.amount.currency())).collect()
    };
    plans.iter().map(of_line).collect()
}

fn per_invoice(plans: &[Plan<'_>], currency: Currency) -> Result<Amounts, MoneyError> {
    let exact: Vec<Vec<Decimal>> = plans.iter().map(Plan::exact).collect::<Result<_, _>>()?;
    let mut amounts: Amounts = plans.iter().map(|plan| vec![Money::zero(currency); plan.rates.len()]).collect();
    let mut done = HashSet::new();
    for (at, plan) in plans.iter().enumerate() {
        if plan.inclusive {
            if done.insert((at, 0)) {
                let alike: Vec<usize> = (at..plans.len()).filter(|other| plans[*other].is_taxed_as(plan)).collect();
                done.extend(alike.iter().map(|line| (*line, 0)));
                for (line, of_line) in alike.iter().zip(inside_of(&alike, plans, &exact, currency)?) {
                    amounts[*line] = of_line;
                }
            }
            continue;
        }
        for (nth, rate) in plan.rates.iter().enumerate() {
            if done.contains(&(at, nth)) {
                continue;
            }
            let places = on_top(rate, plans);
            let parts: Vec<Decimal> = places.iter().map(|(line, nth)| exact[*line][*nth]).collect();
            let whole = Money::rounded(total(&parts)?, currency)?;
            for ((line, nth), part) in places.into_iter().zip(spread(whole, &parts)) {
                amounts[line][nth] = part;
                done.insert((line, nth));
            }
        }
    }
    Ok(amounts)
}

/// Where this tax at this rate comes on top of a price: lines, and which of the line's taxes it is.
fn on_top(rate: &Rate<'_>, plans: &[Plan<'_>]) -> Vec<(usize, usize)> {
    let of = |plan: &Plan<'_>| plan.rates.iter().position(|other| other.is(rate));
    let lines = plans.iter().enumerate().filter(|(_, plan)| !plan.inclusive);
    lines.filter_map(|(line, plan)| Some((line, of(plan)?))).collect()
}

/// The taxes inside the prices of lines that are taxed alike: all together are rounded once, then spread over the lines
/// and over the taxes, so that no line's net amount changes its sign and the sums agree both ways.
fn inside_of(
    alike: &[usize],
    plans: &[Plan<'_>],
    exact: &[Vec<Decimal>],
    currency: Currency,
) -> Result<Amounts, MoneyError> {
    let Some(rates) = alike.first().map(|line| &plans[*line].rates) else { return Ok(Vec::new()) };
    let price = Money::sum(currency, alike.iter().map(|line| plans[*line].amount))?;
    let cells: Vec<Vec<Decimal>> = alike.iter().map(|line| exact[*line].clone()).collect();
    let of_lines: Vec<Decimal> = cells.iter().map(|row| total(row)).collect::<Result<_, _>>()?;
    let of_taxes = |nth: usize| total(&cells.iter().map(|row| row[nth]).collect::<Vec<_>>());
    let of_taxes: Vec<Decimal> = (0..rates.len()).map(of_taxes).collect::<Result<_, _>>()?;
    let whole = inside(price, rates)?;
    Ok(spread_table(&spread(whole, &of_lines), &spread(whole, &of_taxes), &cells))
}

fn total(parts: &[Decimal]) -> Result<Decimal, MoneyError> {
    parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(*part)).ok_or(MoneyError::TooLarge)
}

fn collect(
    plans: &[Plan<'_>],
    amounts: Amounts,
    exempted: Exempt<'_>,
    currency: Currency,
    rounding: TaxRounding,
) -> Result<Taxed, Refusal> {
    let mut lines = Vec::with_capacity(plans.len());
    let mut summary: Vec<TaxSum> = Vec::new();
    for (plan, amounts) in plans.iter().zip(amounts) {
        let tax = Money::sum(currency, amounts.iter().copied())?;
        let (net, total) =
            if plan.inclusive { (plan.amount.minus(tax)?, plan.amount) } else { (plan.amount, plan.amount.plus(tax)?) };
        for (rate, amount) in plan.rates.iter().zip(&amounts) {
            match summary.iter_mut().find(|sum| sum.code == rate.tax.code && sum.percent == rate.percent) {
                Some(sum) => (sum.net, sum.tax) = (sum.net.plus(net)?, sum.tax.plus(*amount)?),
                None => summary.push(TaxSum {
                    code: rate.tax.code.clone(),
                    name: rate.tax.name.clone(),
                    percent: rate.percent,
                    compound: rate.tax.compound,
                    inclusive: rate.tax.inclusive,
                    net,
                    tax: *amount,
                }),
            }
        }
        let taxes = plan.rates.iter().zip(amounts);
        let taxes = taxes
            .map(|(rate, amount)| LineTax { code: rate.tax.code.clone(), percent: rate.percent, amount })
            .collect();
        lines.push(TaxedLine { net, taxes, total });
    }
    let exempted = exempted.into_iter().map(|(exemption, code, net)| Exempted {
        code,
        certificate: exemption.certificate.clone(),
        note: exemption.note.clone(),
        net,
    });
    Ok(Taxed {
        net: Money::sum(currency, lines.iter().map(|line| line.net))?,
        tax: Money::sum(currency, summary.iter().map(|sum| sum.tax))?,
        total: Money::sum(currency, lines.iter().map(|line| line.total))?,
        exempted: exempted.collect(),
        lines,
        summary,
        rounding,
    })
}
