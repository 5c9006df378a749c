//! When nothing is expected: days of rest, as Saturday and Sunday where nobody works, and while all of it has stopped.
//!
//! There the level says nothing: a service that doubles still costs nothing on Sunday, and one that stands still has no week. So
//! such points teach nothing, nothing is expected of them, and what they come to is measured by what was usual on the others.

use serde::{Deserialize, Serialize};

use super::forecast::NEW_LEVEL;

/// A place becomes one of rest after so many seasons in a row with nothing there; in the first two seasons, after both.
const RESTS_AFTER: u8 = 3;
/// A place of rest is one no more after so many seasons in a row with something there.
const WORKS_AFTER: u8 = 2;
/// It has stopped after half a season in a row with nothing, days of rest apart, and at least so many points; it goes on after
/// so many with something.
const GOES_ON_AFTER: u8 = NEW_LEVEL as u8;

/// Where nothing is expected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Rest {
    places: Vec<Turn>,
    /// The same of all of it: whether it has stopped.
    all: Turn,
}

/// Whether there is rest, and how often in a row it was otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Turn {
    is_rest: bool,
    otherwise: u8,
}

/// What a value changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turned {
    /// All of it has stopped.
    Stops,
    /// It goes on.
    GoesOn,
    /// The value's place is one of rest no more.
    Works,
}

impl Turn {
    /// Takes whether there was nothing; whether that turns it.
    fn turns(&mut self, nothing: bool, rests_after: u8, works_after: u8) -> bool {
        if nothing == self.is_rest {
            self.otherwise = 0;
            return false;
        }
        self.otherwise += 1;
        let turns = self.otherwise >= if self.is_rest { works_after } else { rests_after };
        if turns {
            *self = Turn { is_rest: nothing, otherwise: 0 };
        }
        turns
    }
}

impl Rest {
    /// As the first two seasons show it.
    pub(super) fn new(values: &[f64], season: usize) -> Self {
        let (first, second) = values.split_at(season);
        let nothing: Vec<bool> = first.iter().zip(second).map(|(one, two)| *one == 0.0 && *two == 0.0).collect();
        // What never came to anything has no days of rest.
        let never = nothing.iter().all(|nothing| *nothing);
        let places = nothing.iter().map(|nothing| Turn { is_rest: *nothing && !never, otherwise: 0 }).collect();
        Rest { places, all: Turn::default() }
    }

    /// Whether a place is one of rest.
    pub(super) fn is_place(&self, place: usize) -> bool {
        self.places.get(place).is_some_and(|place| place.is_rest)
    }

    /// Whether nothing is expected at a place.
    pub(super) fn at(&self, place: usize) -> bool {
        self.all.is_rest || self.is_place(place)
    }

    /// Whether all of it has stopped.
    pub(super) fn has_stopped(&self) -> bool {
        self.all.is_rest
    }

    /// Takes a value; what that changes.
    pub(super) fn meet(&mut self, value: f64, place: usize, season: usize) -> Option<Turned> {
        self.places.resize(season, Turn::default());
        let nothing = value == 0.0;
        let stops_after = u8::try_from(season / 2).unwrap_or(u8::MAX).max(GOES_ON_AFTER);
        // A day of rest without anything says nothing of whether it has stopped.
        if !(nothing && self.is_place(place)) && self.all.turns(nothing, stops_after, GOES_ON_AFTER) {
            return Some(if nothing { Turned::Stops } else { Turned::GoesOn });
        }
        // And what has stopped says nothing of the week.
        let turn = self.places.get_mut(place).filter(|_| !self.all.is_rest)?;
        (turn.turns(nothing, RESTS_AFTER, WORKS_AFTER) && !nothing).then_some(Turned::Works)
    }
}
