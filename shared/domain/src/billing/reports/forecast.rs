//! What contracts bring in the months to come: what is agreed, and what comes if they renew.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::month::Month;
use super::revenue::by_month;
use crate::billing::bill::{DraftLine, Facts, bill};
use crate::billing::contract::ContractState;
use crate::billing::cycle::Period;
use crate::billing::recognition::earned;
use crate::billing::taxes::Taxing;
use crate::error::Refusal;
use crate::money::Money;

/// Most bills that are gone through: every week of more than two years.
pub const MOST_BILLS: usize = 120;

/// What bills that are still to come bring, in minor units by the months that they pay for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Days within the term as it is agreed, or of a contract without an end.
    pub certain: BTreeMap<Month, i64>,
    /// Days after the term, of a contract that renews unless somebody gives notice.
    pub likely: BTreeMap<Month, i64>,
}

/// What the bills of a contract that are still to come bring until the end of a month: the run's own bills, on dates
/// that have not come yet ([`bill`]), without taxes. Counts stay as they are; use, work and charges are only those that
/// wait already. What was billed before is not in it, also where its days are still to come: that is deferred revenue.
///
/// # Errors
/// As [`bill`] and [`Taxing::nets`].
pub fn expected(facts: &Facts, taxing: Taxing<'_>, until: Month) -> Result<Expected, Refusal> {
    let mut expected = Expected::default();
    if facts.contract.state != ContractState::Active {
        return Ok(expected);
    }
    let end = facts.contract.schedule.ends_on;
    let mut facts = facts.clone();
    for _ in 0..MOST_BILLS {
        let Some(on) = facts.contract.next_on.filter(|on| Month::of(*on) <= until) else { break };
        let billing = bill(&facts, on)?;
        for draft in &billing.drafts {
            let taxable: Vec<_> = draft.lines.iter().map(DraftLine::taxable).collect();
            for (line, net) in draft.lines.iter().zip(taxing.nets(&taxable, draft.currency)?) {
                expected.add(net, line.service.unwrap_or(Period { from: on, to: on.tomorrow().unwrap_or(on) }), end);
            }
        }
        facts = billing.after;
    }
    for months in [&mut expected.certain, &mut expected.likely] {
        months.retain(|month, minor| *month <= until && *minor != 0);
    }
    Ok(expected)
}

impl Expected {
    fn add(&mut self, net: Money, service: Period, end: Option<Date>) {
        let cut = end.unwrap_or(service.to).clamp(service.from, service.to);
        let certain = earned(net, service, cut);
        let likely = Money::new(net.minor() - certain.minor(), net.currency());
        for (months, net, from, to) in
            [(&mut self.certain, certain, service.from, cut), (&mut self.likely, likely, cut, service.to)]
        {
            if let Some(service) = Period::new(from, to) {
                for (month, part) in by_month(net, service) {
                    *months.entry(month).or_insert(0) += part.minor();
                }
            }
        }
    }
}
