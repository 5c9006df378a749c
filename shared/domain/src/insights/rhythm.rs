//! How far apart a source's files usually are.

use std::collections::VecDeque;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::rules::days_between;

/// Files that are remembered: of what comes on working days there is a weekend among them.
const MOST_STEPS: usize = 8;
/// The longest step that counts, in days: a month. After a longer silence a source is no rarer one.
const LONGEST_STEP: i64 = 31;

/// By how many days each of the last files went on from what was told before it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rhythm(VecDeque<u8>);

impl Rhythm {
    /// After a file whose last day is `to`; `last` is the last day that was told before, none before the first file. A file that
    /// brings no later day corrects what is there, and says nothing about the next one.
    #[must_use]
    pub fn with(mut self, last: Option<Date>, to: Date) -> Self {
        let step = last.map_or(0, |last| days_between(last, to).clamp(0, LONGEST_STEP));
        let Ok(step @ 1..) = u8::try_from(step) else { return self };
        if self.0.len() == MOST_STEPS {
            self.0.pop_front();
        }
        self.0.push_back(step);
        self
    }

    /// How many days longer than for a file that comes each day is waited for the next one, by the longest of these steps: six
    /// for one that comes each week, at most 30.
    pub fn spare(&self) -> u8 {
        self.0.iter().max().map_or(0, |longest| longest.saturating_sub(1))
    }
}
