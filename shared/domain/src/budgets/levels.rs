//! The level that a source keeps now, where it moved from one day to the next.
//!
//! Months are slow to tell of it: one in whose middle the level moved is neither like those before nor like those to come. The
//! days say it. Where their level moved, all that was before is taken as if it had been at the level of now, and then the months
//! to come follow from it as from any others. A level is found by the split of the days that leaves the least squares, again in
//! both halves (binary segmentation, Scott and Knott, 1974), with the shape of the week, and it counts where the days next to the split say
//! the same: what rises or walks moves a little on each day, and is no new level.
//!
//! Nobody knows of a level that it stays. The more days have it the surer it is; until then it is expected by so much, and what is
//! expected is as unsure as either one may be.

use std::collections::BTreeMap;

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
/// A split counts where it explains so many times what is left by a degree of freedom: by chance one of some hundred days hardly does.
const SHOWS: f64 = 25.0;
/// Days after which a new level is as likely to stay as not, and one that the source had before.
const AS_LIKELY: (f64, f64) = (4.0, 1.0);
/// So many days may be back at a level of before already; more of them make a level of their own.
const BACK: usize = 2;
/// How far from a level of before, by their distance from the one that they left.
const IS_BACK: f64 = 0.15;
/// Days in a week.
const WEEK: usize = 7;

/// By how much what was would have come to more at the level that holds now.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moved {
    /// On the days of each month of which days are known.
    pub(super) months: BTreeMap<Month, f64>,
    /// On each day before them.
    pub(super) before: f64,
    /// The variance of the level, for nobody knows whether it stays.
    pub(super) unsure: f64,
}

impl Moved {
    /// What days say, in order; none where their level did not move.
    pub(super) fn of(days: &[(Date, i64)]) -> Option<Self> {
        let week = Week::of(days)?;
        let mut starts = Vec::new();
        week.splits(0, days.len(), &mut starts);
        if starts.len() > MOST_MOVES {
            return None;
        }
        starts.sort_unstable();
        starts.extend(week.back(&starts));
        let last = *starts.last()?;
        let ends = starts.iter().copied().chain([days.len()]);
        let levels: Vec<(usize, usize, f64)> = [0]
            .into_iter()
            .chain(starts.iter().copied())
            .zip(ends)
            .map(|(from, to)| (from, to, week.level(from, to)))
            .collect();
        let [.., (_, _, before), (_, _, now)] = levels[..] else { return None };
        let told = (days.len() - last) as f64;
        let was_before = levels.iter().rev().skip(2).any(|(_, _, own)| is_back(now, *own, before));
        let as_likely = if was_before { AS_LIKELY.1 } else { AS_LIKELY.0 };
        let stays = told * told / (told * told + as_likely * as_likely);
        let level = stays.mul_add(now - before, before);
        let mut months: BTreeMap<Month, f64> = BTreeMap::new();
        for (from, to, own) in &levels {
            for (at, (day, _)) in days.iter().enumerate().take(*to).skip(*from) {
                *months.entry(Month::of(*day)).or_default() += (level - own) * week.shape[at];
            }
        }
        let unsure = stays * (1.0 - stays) * (now - before).powi(2);
        Some(Self { months, before: level - levels.first()?.2, unsure })
    }
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

    /// Where the last days are back at a level of before, too few of them to be told from any others.
    fn back(&self, starts: &[usize]) -> Option<usize> {
        let (last, all) = (*starts.last()?, self.shape.len());
        let bounds = [0].iter().chain(starts).zip(starts);
        let before: Vec<f64> = bounds.map(|(from, to)| self.level(*from, *to)).collect();
        (1..=BACK).rev().map(|days| all - days).find(|at| {
            let (left, now) = (self.level(last, *at), self.level(*at, all));
            *at >= last + FEWEST
                && self.squares[all] > self.squares[*at]
                && before.iter().any(|own| is_back(now, *own, left))
        })
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
        let is_level = explains * free > SHOWS * left(&at)
            && moves.abs() > LEAST_MOVE * before.abs().max(after.abs())
            && (next_after - next_before) * moves.signum() > SHARP * moves.abs();
        if is_level {
            found.push(at);
            self.splits(from, at, found);
            self.splits(at, to, found);
        }
    }
}
