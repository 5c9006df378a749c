//! What was billed bill date by bill date, of all clients together: what a run is compared with. A bill counts on its date,
//! however late it is made, so that a run that is behind is no larger than those that were not.

use std::collections::BTreeMap;

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

impl Runs {
    /// With one more bill of this date.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for sums that are too large.
    pub fn with(mut self, on: Date, net: Money, proven: bool) -> Result<Self, Refusal> {
        if net.minor() > 0 {
            let nothing = Money::zero(net.currency());
            let before = self.dates.get(&on).copied().unwrap_or(Run { net: nothing, unproven: nothing });
            let more = if proven { nothing } else { net };
            self.dates.insert(on, Run { net: before.net.plus(net)?, unproven: before.unproven.plus(more)? });
        }
        while self.dates.len() > KEPT_DATES {
            self.dates.pop_first();
        }
        Ok(self)
    }

    /// Whether what a run has of bills that nothing proves is, with one more of this date, far above the last comparable run.
    /// Nothing is compared before there was one.
    ///
    /// # Errors
    /// As [`Runs::with`].
    pub fn over(&self, on: Date, net: Money, times: u32) -> Result<Option<Hold>, Refusal> {
        let since = on.saturating_sub(COMPARED_DAYS.days());
        let last = self.dates.range(since..on).map(|(_, run)| run.net).max_by_key(|net| net.minor());
        let sum = self.dates.get(&on).map_or(Ok(net), |run| run.unproven.plus(net))?;
        Ok(last.filter(|_| net.minor() > 0).and_then(|last| over_the_last(sum, last, times)).map(|_| Hold::Run {
            sum,
            last: last.unwrap_or(sum),
            times,
        }))
    }
}
