//! What was billed bill date by bill date, of all clients together: what a run is compared with. A bill counts on its date,
//! however late it is made, so that a run that is behind is no larger than those that were not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::hold::{Hold, over_the_last};
use crate::error::Refusal;
use crate::money::Money;

/// How many bill dates are remembered.
pub const KEPT_DATES: usize = 100;
/// A run is compared with the largest one of so many days before it: the large one of the month is among them.
pub const COMPARED_DAYS: i32 = 35;

/// What the invoice run billed in a currency by bill date, before taxes. It moves in the transaction that writes an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runs {
    /// The newest [`KEPT_DATES`] bill dates; what is owed to clients does not count.
    pub dates: BTreeMap<Date, Run>,
    /// Those of them that the last day on which anything was billed was the first to bill.
    #[serde(default)]
    pub fresh: Fresh,
}

/// Dates of which bills are being made: how far each has come hangs on which contract was looked at first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fresh {
    /// The tenant's day on which they were billed first.
    pub day: Option<Date>,
    /// The bill dates.
    pub dates: BTreeSet<Date>,
}

/// What the bills of a date come to, before taxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// All of them.
    pub net: Money,
    /// Those that had nothing of their own to be compared with, and that nobody has looked at.
    pub unproven: Money,
}

impl Run {
    /// What these bills of one date come to, each with whether it is proven; none when nothing of them counts.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for sums that are too large.
    pub fn of(bills: impl IntoIterator<Item = (Money, bool)>) -> Result<Option<Self>, Refusal> {
        let mut run: Option<Self> = None;
        for (net, proven) in bills {
            if net.minor() > 0 {
                let nothing = Money::zero(net.currency());
                let before = run.unwrap_or(Self { net: nothing, unproven: nothing });
                let more = if proven { nothing } else { net };
                run = Some(Self { net: before.net.plus(net)?, unproven: before.unproven.plus(more)? });
            }
        }
        Ok(run)
    }

    /// What a credit note over so much takes out of what an invoice counted for, and what is left of it. What nothing proves
    /// goes last, so that it makes no room for more of its kind before all else is gone. One that leaves nothing to be owed
    /// takes all out.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for two currencies.
    pub fn credited(self, net: Money, in_full: bool) -> Result<(Self, Option<Self>), Refusal> {
        let out = if in_full { self.net } else { net.at_most(self.net)? };
        let left = self.net.minus(out)?;
        let unproven = self.unproven.at_most(left)?;
        let out = Self { net: out, unproven: self.unproven.minus(unproven)? };
        Ok((out, Some(Self { net: left, unproven }).filter(|left| left.net.minor() > 0)))
    }
}

impl Runs {
    /// With one more bill of this date, made `today`.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for sums that are too large.
    pub fn with(mut self, on: Date, net: Money, proven: bool, today: Date) -> Result<Self, Refusal> {
        if let Some(more) = Run::of([(net, proven)])? {
            if self.fresh.day != Some(today) {
                self.fresh = Fresh { day: Some(today), dates: BTreeSet::new() };
            }
            if !self.dates.contains_key(&on) {
                self.fresh.dates.insert(on);
            }
            let run = match self.dates.get(&on) {
                Some(run) => Run { net: run.net.plus(more.net)?, unproven: run.unproven.plus(more.unproven)? },
                None => more,
            };
            self.dates.insert(on, run);
        }
        while self.dates.len() > KEPT_DATES {
            // A date that lies before all others is remembered while its bills are made: they are compared together.
            let Some(oldest) = self.dates.keys().copied().find(|date| *date != on) else { break };
            self.dates.remove(&oldest);
            self.fresh.dates.remove(&oldest);
        }
        Ok(self)
    }

    /// Without what an invoice of this date counted for, that was made void or credited: it was a mistake, and nothing is
    /// compared with it. A date that is forgotten stays so.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for two currencies.
    pub fn without(mut self, on: Date, out: Run) -> Result<Self, Refusal> {
        if let Some(run) = self.dates.get(&on).copied() {
            let net = run.net.minus(out.net.at_most(run.net)?)?;
            let unproven = run.unproven.minus(out.unproven.at_most(run.unproven)?)?.at_most(net)?;
            if net.minor() > 0 {
                self.dates.insert(on, Run { net, unproven });
            } else {
                self.dates.remove(&on);
            }
        }
        Ok(self)
    }

    /// Whether what a run has of bills that nothing proves is, with one more of this date, far above the last comparable run.
    /// Where nothing was billed in the days before, as for a bill that is dated back or comes after a long pause, that is the
    /// largest of all that are known, before it or after: then it is the only measure that there is, and the mildest. Dates
    /// that are billed for the first time `today` measure nothing but what comes soon after them: a run that is months behind
    /// makes all of them side by side. Nothing is compared before there was one.
    ///
    /// # Errors
    /// As [`Runs::with`].
    pub fn over(&self, on: Date, net: Money, times: u32, today: Date) -> Result<Option<Hold>, Refusal> {
        let since = on.saturating_sub(COMPARED_DAYS.days());
        let largest = |nets: &mut dyn Iterator<Item = Money>| nets.max_by_key(|net| net.minor());
        let last = largest(&mut self.dates.range(since..on).map(|(_, run)| run.net));
        let in_the_making = |date: &Date| self.fresh.day == Some(today) && self.fresh.dates.contains(date);
        let whole = |date: &Date| *date != on && !in_the_making(date);
        let others = || self.dates.iter().filter(|(date, _)| whole(date)).map(|(_, run)| run.net);
        let last = last.or_else(|| largest(&mut others()));
        let sum = self.dates.get(&on).map_or(Ok(net), |run| run.unproven.plus(net))?;
        Ok(last.filter(|_| net.minor() > 0).and_then(|last| over_the_last(sum, last, times)).map(|_| Hold::Run {
            sum,
            last: last.unwrap_or(sum),
            times,
        }))
    }
}
