//! How far apart a source's files usually are.

use std::collections::VecDeque;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::days_between;

/// Files that are remembered: of what comes on working days there is a weekend among them.
const MOST_STEPS: usize = 8;
/// The longest step that counts, in days: a month. After a longer silence a source is no rarer one.
const LONGEST_STEP: i64 = 31;

/// Files that went on from others after which the first one's own length says nothing more: it may have been a year of history.
const TELL_BY_STEPS: usize = 2;

/// By how many days each of the last files went on from what was told before it; of the first one, as a negative number, how
/// many days it has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rhythm(VecDeque<i8>);

impl Rhythm {
    /// After a file of these days, the last among them; `last` is the last day that was told before, none before the first file.
    /// A file that brings no later day corrects what is there, and says nothing about the next one.
    #[must_use]
    pub fn with(mut self, last: Option<Date>, (from, to): (Date, Date)) -> Self {
        let days = last.map_or_else(|| days_between(from, to) + 1, |last| days_between(last, to));
        let Ok(days @ 1..) = i8::try_from(days.clamp(0, LONGEST_STEP)) else { return self };
        if last.is_none() {
            self.0.push_back(-days);
            return self;
        }
        if self.0.len() == MOST_STEPS {
            self.0.pop_front();
        }
        self.0.push_back(days);
        if self.0.iter().filter(|step| **step > 0).count() >= TELL_BY_STEPS {
            self.0.retain(|step| *step > 0);
        }
        self
    }

    /// How many days longer than for a file that comes each day is waited for the next one, by the longest of these steps: six
    /// for one that comes each week, at most 30. Of one or two files the first one's length is such a step: whoever sends a
    /// month at once may send the next one in a month.
    pub fn spare(&self) -> u8 {
        self.0.iter().map(|step| step.unsigned_abs()).max().map_or(0, |longest| longest.saturating_sub(1))
    }
}
