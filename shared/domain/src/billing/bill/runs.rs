//! What was billed bill date by bill date, of all clients together: what a run is compared with.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::hold::{Hold, over_the_last};
use crate::error::Refusal;
use crate::money::Money;

/// How many bill dates are remembered.
pub const KEPT_DATES: usize = 100;
/// A run is compared with the largest one of so many days before it: whatever the cycles are, a month's large run is among
/// them.
pub const COMPARED_DAYS: i32 = 35;

/// What the invoice run billed in a currency by bill date, before taxes. It moves in the transaction that writes an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runs {
    /// The newest [`KEPT_DATES`] bill dates, with what their bills come to; what is owed to clients does not count.
    pub dates: BTreeMap<Date, Money>,
}

impl Runs {
    /// With one more bill of this date.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for sums that are too large.
    pub fn with(mut self, on: Date, net: Money) -> Result<Self, Refusal> {
        if net.minor() > 0 {
            let sum = self.dates.get(&on).map_or(Ok(net), |sum| sum.plus(net))?;
            self.dates.insert(on, sum);
        }
        while self.dates.len() > KEPT_DATES {
            self.dates.pop_first();
        }
        Ok(self)
    }

    /// Whether a run with one more bill of this date is far above the last comparable one. Nothing is compared before there
    /// was one.
    ///
    /// # Errors
    /// As [`Runs::with`].
    pub fn over(&self, on: Date, net: Money, times: u32) -> Result<Option<Hold>, Refusal> {
        let since = on.saturating_sub(COMPARED_DAYS.days());
        let last = self.dates.range(since..on).map(|(_, sum)| *sum).max_by_key(|sum| sum.minor());
        let sum = self.dates.get(&on).map_or(Ok(net), |sum| sum.plus(net))?;
        Ok(last.filter(|_| net.minor() > 0).and_then(|last| over_the_last(sum, last, times)).map(|_| Hold::Run {
            sum,
            last: last.unwrap_or(sum),
            times,
        }))
    }
}
