//! What a rule answers: the new state, and what happened.

use crate::events::Event;

/// The new state and what happened on the way to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<T> {
    /// To be stored.
    pub state: T,
    /// To be told to whoever listens, in order. Empty when nothing changed.
    pub events: Vec<Event>,
}

impl<T> Outcome<T> {
    /// A new state that came about by one event.
    pub fn by(state: T, event: Event) -> Self {
        Self { state, events: vec![event] }
    }

    /// Nothing changed.
    pub fn unchanged(state: T) -> Self {
        Self { state, events: Vec::new() }
    }
}
