//! The dates of a licence.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The dates of a licence, each kept apart. All are days in the MSP's zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The first day on which it holds.
    pub starts_on: Date,
    /// The first day of the next term; moves by itself with [`Term::auto_renew`].
    #[serde(default)]
    pub renews_on: Option<Date>,
    /// The renewal that somebody named, from which the next ones are reckoned: one on the 31st is on the last day of a
    /// shorter month, and on the 31st again after it.
    #[serde(default)]
    pub anchor: Option<Date>,
    /// How many months a term has.
    pub months: u16,
    /// The first day on which what was bought does not hold any more, if nobody renews it. What renews by itself has none.
    #[serde(default)]
    pub expires_on: Option<Date>,
    /// The first day on which it does not hold any more because it was terminated, whatever else it says.
    #[serde(default)]
    pub terminates_on: Option<Date>,
    /// How many days before the end of a term notice must be given at the latest.
    pub notice_days: u16,
    /// Whether it renews unless notice is given.
    pub auto_renew: bool,
    /// How many days before the end the owner is told.
    pub lead_days: Vec<u16>,
}

impl Term {
    /// The first day on which the licence does not hold any more; none while no end is known.
    pub fn ends_on(&self) -> Option<Date> {
        [self.expires_on, self.terminates_on].into_iter().flatten().min()
    }

    /// The `n`th term's first day after the anchor, reckoned from the anchor in one step.
    pub(super) fn nth_renewal(&self, anchor: Date, n: i64) -> Date {
        anchor.saturating_add((i64::from(self.months).saturating_mul(n)).months())
    }
}
