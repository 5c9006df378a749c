//! The level that a source keeps now, where it moved from one day to the next.
//!
//! Months are slow to tell of it: one in whose middle the level moved is neither like those before nor like those to come. The
//! days say it. Where their level moved, all that was before is taken as if it had been at the level of now, and then the months
//! to come follow from it as from any others. A level is found by the split of the days that leaves the least squares, again
//! in both halves (binary segmentation, Scott and Knott, 1974), with the shape of the week, and it counts where the days next
//! to the split say the same: what rises or walks moves a little on each day, and is no new level.
//!
//! Nobody knows of a level that it stays. The more days have it the surer it is; until then it is expected by so much, and
//! what is expected is as unsure as either one may be.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::billing::reports::Month;

/// Fewer days than these keep no level.
const FEWEST: usize = 3;
/// Fewer days than these before it show no other one.
const FEWEST_BEFORE: usize = 21;
/// Days on both sides of a split that must say the same.
const NEXT_TO: usize = 7;
/// So much of the move must be between them.
const SHARP: f64 = 0.7;
/// So much of the larger of two levels lies between them at least.
const LEAST_MOVE: f64 = 0.2;
/// More moves than these are how the source comes.
const MOST_MOVES: usize = 3;
/// A split counts where it explains so many times what is left by a degree of freedom: of some hundred days hardly one does by
/// chance.
const SHOWS: f64 = 25.0;
/// Days after which a new level is as likely to stay as not, and one that the source had before.
const AS_LIKELY: (f64, f64) = (4.0, 1.0);
/// So many days are enough to be back at a level of before: of the last one files may have told in part.
const BACK: usize = 2;
/// How far from a level of before, by their distance from the one that they left.
const IS_BACK: f64 = 0.15;
/// A level so many times as high is no multiple of what was before.
const MOST_TIMES: f64 = 10.0;
/// Days that a part of the whole counts for where months say what a level is: hardly any.
const HARDLY: f64 = 0.1;
/// Days in a week.
const WEEK: usize = 7;

/// Levels that a source kept, one after another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Levels {
    /// The level of each, in minor units, with how many days of it are in which month, by the shape of their week.
    kept: Vec<(f64, BTreeMap<Month, f64>)>,
    /// How likely the last one stays.
    stays: f64,
}

/// By how much what was would have come to more at the level that holds now.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lifted {
    /// In each month.
    pub(super) months: BTreeMap<Month, f64>,
    /// The variance of the level, for nobody knows whether it stays.
    pub(super) unsure: f64,
}

impl Levels {
    /// What days say, in order, of a source that cost nothing on so many days of months before them; none where its level did not
    /// move.
    pub(super) fn of(days: &[(Date, i64)], before: BTreeMap<Month, f64>) -> Option<Self> {
        let starts = Week::of(days).map(|week| (week.starts(), week));
        let mut kept: Vec<(f64, BTreeMap<Month, f64>)> = Vec::new();
        if !before.is_empty() {
            kept.push((0.0, before));
        }
        let last = match starts {
            Some((starts, week)) => {
                let ends = starts.iter().copied().skip(1).chain([days.len()]);
                for (from, to) in starts.iter().copied().zip(ends) {
                    let mut months: BTreeMap<Month, f64> = BTreeMap::new();
                    for ((day, _), share) in days.iter().zip(&week.shape).take(to).skip(from) {
                        *months.entry(Month::of(*day)).or_default() += share;
                    }
                    kept.push((week.level(from, to), months));
                }
                *starts.last()?
            }
            // Too few days for a week's shape.
            None => {
                let mut months: BTreeMap<Month, f64> = BTreeMap::new();
                days.iter().for_each(|(day, _)| *months.entry(Month::of(*day)).or_default() += 1.0);
                kept.push((days.iter().map(|(_, minor)| *minor as f64).sum::<f64>() / days.len() as f64, months));
                0
            }
        };
        let [older @ .., (left, _), (now, _)] = &kept[..] else { return None };
        let told = (days.len() - last) as f64;
        let was_before = older.iter().any(|(level, _)| is_back(*now, *level, *left));
        let as_likely = if was_before { AS_LIKELY.1 } else { AS_LIKELY.0 };
        let stays = told * told / (told * told + as_likely * as_likely);
        Some(Self { kept, stays })
    }

    /// By how much months would be more at the level that holds now, of what is a part of the source: of all of it, if `own` is
    /// `all` in every month. Each level of a part follows from what its months came to (least squares), and where they do not say
    /// it, from its part of the whole.
    pub(super) fn lift(&self, own: impl Fn(Month) -> f64, all: impl Fn(Month) -> f64, first: Month) -> Lifted {
        let months: BTreeSet<Month> = self.kept.iter().flat_map(|(_, days)| days.keys().copied()).collect();
        let is_all = months.iter().all(|month| own(*month).to_bits() == all(*month).to_bits());
        let levels: Vec<f64> = if is_all {
            self.kept.iter().map(|(level, _)| *level).collect()
        } else {
            self.levels_of(&months, &own, &all)
        };
        let [.., left, last] = levels[..] else { return Lifted { months: BTreeMap::new(), unsure: 0.0 } };
        let level = self.stays.mul_add(last - left, left);
        let lifted = |amount: f64, days: f64, fitted: f64| {
            // What was further from its level was so by a part of it; where it was next to nothing that says nothing.
            let by_parts = fitted > 0.0 && level >= 0.0 && level * days <= MOST_TIMES * fitted;
            if by_parts { amount * (level * days / fitted - 1.0) } else { level * days - fitted }
        };
        let mut found = BTreeMap::new();
        for month in &months {
            let of = |(kept, level): (&(f64, BTreeMap<Month, f64>), &f64)| {
                let days = kept.1.get(month).copied().unwrap_or_default();
                (days, days * level)
            };
            let each = self.kept.iter().zip(&levels).map(of);
            let (days, fitted) = each.fold((0.0, 0.0), |sum, own| (sum.0 + own.0, sum.1 + own.1));
            found.insert(*month, lifted(own(*month), days, fitted));
        }
        // Months before those of which days are known had the first level.
        if let (Some(known), Some(level)) = (months.first(), levels.first()) {
            for month in first.up_to(known.plus(-1)) {
                let days = month.period().days() as f64;
                found.insert(month, lifted(own(month), days, level * days));
            }
        }
        Lifted { months: found, unsure: self.stays * (1.0 - self.stays) * (last - left).powi(2) }
    }

    fn levels_of(&self, months: &BTreeSet<Month>, own: &dyn Fn(Month) -> f64, all: &dyn Fn(Month) -> f64) -> Vec<f64> {
        let sum = |of: &dyn Fn(Month) -> f64| months.iter().map(|month| of(*month)).sum::<f64>();
        let part = if sum(all) > 0.0 { sum(own) / sum(all) } else { 0.0 };
        let count = self.kept.len();
        let mut rows = vec![vec![0.0; count + 1]; count];
        for (at, (level, _)) in self.kept.iter().enumerate() {
            rows[at][at] = HARDLY;
            rows[at][count] = HARDLY * part * level;
        }
        for month in months {
            let days: Vec<f64> = self.kept.iter().map(|(_, of)| of.get(month).copied().unwrap_or_default()).collect();
            let whole: f64 = days.iter().sum();
            if whole > 0.0 {
                for (row, of) in rows.iter_mut().zip(&days) {
                    for (cell, other) in row.iter_mut().zip(days.iter().chain([&own(*month)])) {
                        *cell += of * other / whole;
                    }
                }
            }
        }
        solved(rows)
    }
}

/// The numbers that solve equations, each given by its factors and what it comes to (Gauss and Jordan). Each has a factor of its
/// own that is more than nothing.
fn solved(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
    for at in 0..rows.len() {
        let pivot = rows[at].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(other, _)| *other != at) {
            let times = row[at] / pivot[at];
            row.iter_mut().zip(&pivot).for_each(|(cell, of)| *cell -= times * of);
        }
    }
    rows.iter().enumerate().map(|(at, row)| row[rows.len()] / row[at]).collect()
}

/// Whether some days are back at a level of before, and not at the one that they left.
fn is_back(days: f64, level: f64, left: f64) -> bool {
    (days - level).abs() < IS_BACK * (left - level).abs()
}

/// Days with the shape of their week, in sums from the first one on.
struct Week {
    /// What each day is of a level, by its place in the week.
    shape: Vec<f64>,
    /// Sums of what days came to, times their shape.
    along: Vec<f64>,
    /// Sums of the squares of their shapes.
    squares: Vec<f64>,
    /// Sums of the squares of what they came to.
    whole: Vec<f64>,
}

impl Week {
    fn of(days: &[(Date, i64)]) -> Option<Self> {
        if days.len() < FEWEST_BEFORE + FEWEST {
            return None;
        }
        let mean = days.iter().map(|(_, minor)| *minor as f64).sum::<f64>() / days.len() as f64;
        let mut places = [(0.0, 0.0); WEEK];
        let place = |day: Date| day.weekday().to_monday_zero_offset() as usize;
        for (day, minor) in days {
            let (sum, count) = &mut places[place(*day)];
            (*sum, *count) = (*sum + *minor as f64, *count + 1.0);
        }
        let shape: Vec<f64> = days
            .iter()
            .map(|(day, _)| {
                let (sum, count) = places[place(*day)];
                sum / count / mean
            })
            .collect();
        if mean <= 0.0 || !shape.iter().all(|share| *share >= 0.0) {
            return None;
        }
        let sums = |of: &dyn Fn(usize, f64) -> f64| {
            let mut sum = 0.0;
            let each = days.iter().enumerate().map(|(at, (_, minor))| {
                sum += of(at, *minor as f64);
                sum
            });
            [0.0].into_iter().chain(each).collect::<Vec<f64>>()
        };
        let along = sums(&|at, value| value * shape[at]);
        let squares = sums(&|at, _| shape[at].powi(2));
        let whole = sums(&|_, value| value * value);
        Some(Self { shape, along, squares, whole })
    }

    /// The level of some days.
    fn level(&self, from: usize, to: usize) -> f64 {
        let squares = self.squares[to] - self.squares[from];
        if squares > 0.0 { (self.along[to] - self.along[from]) / squares } else { 0.0 }
    }

    /// The squares that it leaves.
    fn rest(&self, from: usize, to: usize) -> f64 {
        let whole = self.whole[to] - self.whole[from];
        (whole - self.level(from, to) * (self.along[to] - self.along[from])).max(0.0)
    }

    /// Where each level begins, the first one among them.
    fn starts(&self) -> Vec<usize> {
        let mut starts = Vec::new();
        self.splits(0, self.shape.len(), &mut starts);
        if starts.len() > MOST_MOVES {
            return vec![0];
        }
        starts.push(0);
        starts.sort_unstable();
        starts.extend(self.back(&starts));
        starts
    }

    /// Where the last days are back at a level of before, too few of them to be told from any others.
    fn back(&self, starts: &[usize]) -> Option<usize> {
        let (last, all) = (*starts.last()?, self.shape.len());
        let at = all.checked_sub(BACK).filter(|at| *at >= last + FEWEST && self.squares[all] > self.squares[*at])?;
        let (left, now) = (self.level(last, at), self.level(at, all));
        let mut before = starts.iter().zip(starts.iter().skip(1)).map(|(from, to)| self.level(*from, *to));
        before.any(|level| is_back(now, level, left)).then_some(at)
    }

    /// Where days from one to another keep another level than those before.
    fn splits(&self, from: usize, to: usize, found: &mut Vec<usize>) {
        let fewest = if from == 0 { FEWEST_BEFORE } else { FEWEST };
        if to - from < fewest + FEWEST {
            return;
        }
        let left = |at: &usize| self.rest(from, *at) + self.rest(*at, to);
        let Some(at) = (from + fewest..=to - FEWEST).min_by(|one, other| left(one).total_cmp(&left(other))) else {
            return;
        };
        let free = (to - from - 2) as f64;
        let explains = self.rest(from, to) - left(&at);
        let (before, after) = (self.level(from, at), self.level(at, to));
        let (next_before, next_after) =
            (self.level(at.saturating_sub(NEXT_TO).max(from), at), self.level(at, (at + NEXT_TO).min(to)));
        let moves = after - before;
        // The days at the split are of the level that they are counted to, or it would be another one.
        let nearer = |at: usize, one: f64, other: f64| {
            let (along, squares) = (self.along[at + 1] - self.along[at], self.squares[at + 1] - self.squares[at]);
            one * (one * squares - 2.0 * along) <= other * (other * squares - 2.0 * along)
        };
        let is_level = explains * free > SHOWS * left(&at)
            && moves.abs() > LEAST_MOVE * before.abs().max(after.abs())
            && (next_after - next_before) * moves.signum() > SHARP * moves.abs()
            && nearer(at, after, before)
            && nearer(at - 1, before, after);
        if is_level {
            found.push(at);
            self.splits(from, at, found);
            self.splits(at, to, found);
        }
    }
}
