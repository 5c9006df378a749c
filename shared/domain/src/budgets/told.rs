//! Of which days files told, and whether they tell of each.

use jiff::ToSpan;
use jiff::civil::Date;

use super::spent::FEWEST_DAYS;
use crate::billing::cycle::Period;
use crate::billing::reports::Month;
use crate::insights::costs::Days;
use crate::insights::covered::Covered;

/// Days back from the last told one by which a source comes daily, or does not.
pub const DAYS_LOOKED_BACK: i64 = 60;

/// How files tell of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The days of which they told.
    covered: Covered,
    /// The first one.
    pub(super) first: Date,
    /// The last one, of those that have come.
    pub(super) last: Date,
    /// Whether half of the days or more cost something: five of seven do where nobody works at weekends.
    pub(super) daily: bool,
}

impl Told {
    /// The days that files told of, and those of the last [`DAYS_LOOKED_BACK`] on which anything had a cost; none where they told
    /// of no day until today. Of days to come they tell what is known ahead, and not how a source comes.
    pub fn of(covered: Covered, days: &Days, today: Date) -> Option<Self> {
        let (first, last) = (covered.first()?, covered.last_until(today)?);
        let from = last.saturating_sub((DAYS_LOOKED_BACK - 1).days());
        let told = covered.days_in(Period { from, to: last.tomorrow().unwrap_or(last) });
        let costly = days.range(from..=last).filter(|(_, cost)| cost.minor != 0).count();
        let daily = told >= FEWEST_DAYS && u32::try_from(costly).is_ok_and(|costly| costly.saturating_mul(2) >= told);
        Some(Self { covered, first, last, daily })
    }

    /// Whether it still comes in this month: of one of which nothing came in two months nothing does.
    pub(super) fn comes(&self, now: Month) -> bool {
        Month::of(self.last) >= now.plus(-1)
    }

    /// Whether a file told of a day.
    pub(super) fn has(&self, day: Date) -> bool {
        self.covered.has(day)
    }

    /// How many days of a month are told, and how many it has.
    pub(super) fn days_of(&self, month: Month) -> (u32, u32) {
        let period = month.period();
        (self.covered.days_in(period), u32::try_from(period.days()).unwrap_or_default())
    }
}
