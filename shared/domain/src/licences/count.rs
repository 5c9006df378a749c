//! How many licences a client has on a day, for contracts that bill them.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::billing::dated::{Dated, in_force};

/// The seats of a licence that contracts bill, and when it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counting<'a> {
    /// By the date from which they hold; none are billed when it is empty.
    pub seats: &'a [Dated<u32>],
    /// The first day on which the licence holds.
    pub starts_on: Date,
    /// The first day on which it does not hold any more.
    pub ends_on: Option<Date>,
}

impl Counting<'_> {
    fn on(&self, day: Date) -> u32 {
        let holds = self.starts_on <= day && self.ends_on.is_none_or(|end| day < end);
        in_force(self.seats, day).copied().filter(|_| holds).unwrap_or(0)
    }
}

/// How many seats all of them have on a day.
pub fn counted_on<'a>(licences: impl Iterator<Item = Counting<'a>>, day: Date) -> u64 {
    licences.map(|licence| u64::from(licence.on(day))).sum()
}

/// The first day, and each day after it, up to and including the last, on which the number may be another one.
pub fn changes_between<'a>(licences: impl Iterator<Item = Counting<'a>>, first: Date, last: Date) -> Vec<Date> {
    let dates = licences.flat_map(|licence| {
        let dates = licence.seats.iter().map(|dated| dated.from).chain([licence.starts_on]).chain(licence.ends_on);
        dates.collect::<Vec<_>>()
    });
    let days: BTreeSet<Date> = dates.filter(|day| (first..=last).contains(day)).chain([first]).collect();
    days.into_iter().collect()
}
