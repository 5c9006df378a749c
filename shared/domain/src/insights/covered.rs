//! Which days files have told of, and which file was the last to tell of each.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::billing::cycle::Period;
use crate::ids::ImportId;

/// Ranges that are kept apart. Of more, the oldest ones become one, whose file is the youngest of theirs.
const MOST_RANGES: usize = 60;

/// Days in a row that one file told of last; both ends are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// The file. Ids of files sort by the time at which they were announced.
    pub by: ImportId,
}

/// The days that files have told of: apart from one another, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered(Vec<Range>);

impl Covered {
    /// Whether a file told of this day.
    pub fn has(&self, day: Date) -> bool {
        self.0.iter().any(|range| range.from <= day && day <= range.to)
    }

    /// The first day that a file told of.
    pub fn first(&self) -> Option<Date> {
        self.0.first().map(|range| range.from)
    }

    /// The last day until this one that a file told of.
    pub fn last_until(&self, day: Date) -> Option<Date> {
        self.0.iter().rev().find(|range| range.from <= day).map(|range| range.to.min(day))
    }

    /// How many days of a period files told of.
    pub fn days_in(&self, within: Period) -> u32 {
        let of = |range: &Range| {
            let to = range.to.tomorrow().unwrap_or(range.to);
            Period { from: range.from, to }.intersect(&within).map_or(0, |told| told.days())
        };
        u32::try_from(self.0.iter().map(of).sum::<i64>()).unwrap_or_default()
    }

    /// The last day that a file told of.
    pub fn last(&self) -> Option<Date> {
        self.0.last().map(|range| range.to)
    }

    /// These days, told of by this file, but for those of which a younger file has told: the days that are its to set, in
    /// order.
    #[must_use]
    pub fn with(&self, by: ImportId, from: Date, to: Date) -> (Self, Vec<Date>) {
        let held = |day: Date| self.0.iter().any(|range| range.from <= day && day <= range.to && range.by > by);
        let days = from.series(1.day()).take_while(|day| *day <= to);
        let own: Vec<Date> = days.filter(|day| !held(*day)).collect();
        let mut ranges: Vec<Range> = Vec::with_capacity(self.0.len() + 1);
        for range in &self.0 {
            if range.by > by {
                ranges.push(*range);
                continue;
            }
            // What stands before and behind the new days stays as it was.
            let before = from.yesterday().ok().map(|end| Range { to: range.to.min(end), ..*range });
            let behind = to.tomorrow().ok().map(|start| Range { from: range.from.max(start), ..*range });
            ranges.extend(before.into_iter().chain(behind).filter(|part| part.from <= part.to));
        }
        for day in &own {
            match ranges.iter_mut().find(|range| range.by == by && range.to.tomorrow().ok() == Some(*day)) {
                Some(range) => range.to = *day,
                None => ranges.push(Range { from: *day, to: *day, by }),
            }
        }
        ranges.sort_unstable_by_key(|range| range.from);
        (Covered(short(ranges)), own)
    }

    /// The same, of all of these days but some, of which the file does not tell.
    #[must_use]
    pub fn with_all_but(&self, by: ImportId, (from, to): (Date, Date), untold: &BTreeSet<Date>) -> (Self, Vec<Date>) {
        let (mut covered, mut own, mut next) = (self.clone(), Vec::new(), Some(from));
        let ends = untold
            .iter()
            .filter(|day| from <= **day && **day <= to)
            .map(|day| (day.yesterday().ok(), day.tomorrow().ok()));
        for (end, behind) in ends.chain([(Some(to), None)]) {
            if let Some((start, end)) = next.zip(end)
                && start <= end
            {
                let (with, days) = covered.with(by, start, end);
                covered = with;
                own.extend(days);
            }
            next = behind;
        }
        (covered, own)
    }
}

/// Ranges of the same file that touch are one, and the oldest of too many are one if they touch.
fn short(ranges: Vec<Range>) -> Vec<Range> {
    let mut kept: Vec<Range> = Vec::with_capacity(ranges.len());
    let touch = |one: &Range, next: &Range| one.to.tomorrow().is_ok_and(|start| start == next.from);
    for range in ranges {
        match kept.last_mut() {
            Some(last) if last.by == range.by && touch(last, &range) => last.to = range.to,
            _ => kept.push(range),
        }
    }
    while kept.len() > MOST_RANGES {
        let Some(at) = kept.windows(2).position(|pair| touch(&pair[0], &pair[1])) else { break };
        let next = kept.remove(at + 1);
        kept[at] = Range { to: next.to, by: kept[at].by.max(next.by), ..kept[at] };
    }
    kept
}
