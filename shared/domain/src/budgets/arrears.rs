//! What is billed when it is over: the months that no bill has told of yet are no months of nothing.
//!
//! What a contract bills after a month or a quarter is known until the end of the last one that was billed. From then on as much
//! is awaited of each day as that one came to, until the next bill is later than the period is long: then it has ended.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::usual::middle_of;
use crate::billing::cycle::Period;
use crate::billing::reports::{Month, Rhythm, Served};

/// What was billed in a currency under a contract, or under none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Billed {
    /// What comes again, by month, in minor units.
    months: BTreeMap<Month, i64>,
    /// What was billed when it was over.
    served: BTreeMap<Served, i64>,
}

impl Billed {
    /// With a month of it: what that came to, and what is known of when more comes.
    pub fn add(&mut self, month: Month, minor: i64, rhythm: &Rhythm) {
        let own = self.months.entry(month).or_default();
        *own = own.saturating_add(minor.saturating_sub(rhythm.once));
        for (served, minor) in &rhythm.served {
            let own = self.served.entry(*served).or_default();
            *own = own.saturating_add(*minor);
        }
    }

    /// What is awaited of months that are over, in minor units: with it none comes to more than is usual.
    pub fn awaited(&self, today: Date) -> BTreeMap<Month, i64> {
        let now = Month::of(today);
        let mut last: BTreeMap<u8, (Served, i64)> = BTreeMap::new();
        // Oldest first: of each length the last one stays. What was taken back is not awaited again.
        last.extend(self.served.iter().filter(|(_, minor)| **minor > 0).map(|(of, minor)| (of.months, (*of, *minor))));
        last.retain(|_, (served, _)| today < served.ended_on());
        let mut awaited: BTreeMap<Month, i64> = BTreeMap::new();
        for (served, minor) in last.values() {
            let period = served.period();
            let Some(untold) = Period::new(period.to, now.period().from) else { continue };
            for month in Month::of(untold.from).up_to(now.plus(-1)) {
                let days = untold.intersect(&month.period()).map_or(0, |untold| untold.days());
                let share = i128::from(*minor) * i128::from(days) / i128::from(period.days().max(1));
                let own = awaited.entry(month).or_default();
                *own = own.saturating_add(i64::try_from(share).unwrap_or(i64::MAX));
            }
        }
        if let Some(usual) = awaited.keys().next().and_then(|first| self.usual(*first)) {
            for (month, minor) in &mut awaited {
                let known = self.months.get(month).copied().unwrap_or_default();
                *minor = (*minor).min(usual.saturating_sub(known));
            }
        }
        awaited.retain(|_, minor| *minor > 0);
        awaited
    }

    /// What is usual before a month; none where no whole month is known: the first one may be a part.
    fn usual(&self, before: Month) -> Option<i64> {
        let first = self.months.keys().next()?.next();
        let months: Vec<i64> =
            first.up_to(before.plus(-1)).map(|month| self.months.get(&month).copied().unwrap_or_default()).collect();
        middle_of(&months)
    }
}
