//! What a lasting change comes to, beside what was expected before it began.
//!
//! The model follows a new level within days, and from then on finds nothing unusual in it: what it expects is no measure of
//! what the change costs. So what it expected when the anomaly began is kept while that goes on.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::shift::push;

/// A change that is this share of itself on the last days has not gone back.
const STAYS: f64 = 0.5;
/// Days in a month, on the mean of a year: 365 / 12.
const DAYS_A_MONTH: f64 = 365.0 / 12.0;

/// What a lasting change comes to, in the series' unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Lasting {
    /// How much more than was expected before it began, from its first to its last point: on that one the model has taken it
    /// for the usual. Negative for less.
    pub excess: f64,
    /// How much more a point comes to since, on the mean of the last season; none of a change that went back, nor of one after
    /// which nothing was told.
    pub a_point: Option<f64>,
    /// It is over, and there was no value after its last point: nobody knows whether it stays.
    #[serde(default)]
    pub untold: bool,
}

impl Lasting {
    /// How much more a month of daily values comes to from now on; none as [`Lasting::a_point`] says.
    pub fn monthly(&self) -> Option<f64> {
        self.a_point.map(|more| more * DAYS_A_MONTH)
    }
}

/// The values since an anomaly began, beside what was expected of them before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Beside {
    /// What was expected of each place in the season.
    before: Vec<f64>,
    /// How much more the values of the last season came to.
    more: VecDeque<f64>,
    /// How large these days are, by what was expected of them or what they came to: what a change is measured by.
    #[serde(default)]
    sizes: VecDeque<f64>,
    /// The same of all of them.
    all: f64,
    /// The same up to the last one that belongs to the anomaly.
    excess: f64,
    /// How many values there were since that one. A day of which nobody told is none.
    #[serde(default)]
    since: usize,
}

impl Beside {
    /// Beside this season; none where it is no numbers.
    pub(super) fn new(before: Vec<f64>) -> Option<Self> {
        let usable = !before.is_empty() && before.iter().all(|value| value.is_finite());
        usable.then_some(Beside { before, ..Beside::default() })
    }

    /// What was expected of each place in the season.
    pub(super) fn before(&self) -> Vec<f64> {
        self.before.clone()
    }

    /// The next value, the `at`th of the series, and whether it belongs to the anomaly.
    pub(super) fn meet(&mut self, value: f64, at: usize, belongs: bool) {
        let season = self.before.len();
        let before = self.before[at % season];
        let more = value - before;
        push(&mut self.more, more, season);
        push(&mut self.sizes, before.abs().max(value.abs()), season);
        self.all += more;
        if belongs {
            (self.excess, self.since) = (self.all, 0);
        } else {
            self.since += 1;
        }
    }

    /// What it comes to while it goes on.
    pub(super) fn so_far(&self) -> Lasting {
        Lasting { excess: self.excess, a_point: Some(self.mean(self.more.len())), untold: false }
    }

    /// What it came to when it is over because the days after it were not unusual: their values tell whether it went back.
    pub(super) fn at_the_end(&self) -> Lasting {
        let (whole, last) = (self.share(self.more.len()), self.share(self.since));
        let stays = self.since > 0 && last * self.excess > 0.0 && last / whole >= STAYS;
        let a_point = stays.then(|| self.mean(self.more.len()));
        Lasting { excess: self.excess, a_point, untold: self.since == 0 }
    }

    /// What it came to when something else ended it that went the other way.
    pub(super) fn turned_round(&self) -> Lasting {
        Lasting { excess: self.excess, a_point: None, untold: false }
    }

    /// How much more the last values came to beside how large these days are: Sunday, on which there is little, says little.
    fn share(&self, last: usize) -> f64 {
        let sum = |kept: &VecDeque<f64>| kept.iter().rev().take(last).sum::<f64>();
        let size = sum(&self.sizes);
        if size > 0.0 { sum(&self.more) / size } else { self.mean(last) }
    }

    fn mean(&self, last: usize) -> f64 {
        let count = last.min(self.more.len());
        if count == 0 { 0.0 } else { self.more.iter().rev().take(count).sum::<f64>() / count as f64 }
    }
}
