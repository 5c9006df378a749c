//! What a handler gives back.

use contract::{Nothing, Page};
use domain::ids::UserId;
use store::{Commit, Slice, Versioned};

use crate::error::{Error, Result};

/// What is to be written, and what is to be answered once it is.
pub struct Answer<O> {
    pub(crate) commit: Option<Commit>,
    pub(crate) by: Option<UserId>,
    pub(crate) rev: Option<u64>,
    pub(crate) text: Option<String>,
    pub(crate) body: Result<O>,
}

impl Answer<Nothing> {
    /// A text as it stands, of the media type that the route names.
    pub fn text(text: String) -> Self {
        Answer { text: Some(text), ..Answer::of(Nothing {}) }
    }
}

impl<O> Answer<O> {
    /// Nothing to write.
    pub fn of(body: O) -> Self {
        Answer { commit: None, by: None, rev: None, text: None, body: Ok(body) }
    }

    /// Nothing to write; the answer carries an `ETag`.
    pub fn read(read: Versioned<O>) -> Self {
        Answer { rev: Some(read.rev), ..Answer::of(read.value) }
    }

    /// Answers once this is written.
    pub fn after(commit: Commit, body: O) -> Self {
        Answer { commit: Some(commit), ..Answer::of(body) }
    }

    /// Refuses once this is written: what was found out stands, although the caller gets nothing for it (a refresh token
    /// that was used before ends its session).
    pub fn refused_after(commit: Commit, error: Error) -> Self {
        Answer { commit: Some(commit), by: None, rev: None, text: None, body: Err(error) }
    }

    /// Who did it, on a route where nobody is signed in yet.
    pub fn by(mut self, user: UserId) -> Self {
        self.by = Some(user);
        self
    }

    /// The revision that the answer shows.
    pub fn rev(mut self, rev: u64) -> Self {
        self.rev = Some(rev);
        self
    }
}

impl<V> Answer<Page<V>> {
    /// Shows what was found of a list.
    pub fn page<T>(found: Slice<Versioned<T>>) -> Self
    where
        V: From<T>,
    {
        Answer::of(Page { items: found.items.into_iter().map(|item| item.value.into()).collect(), next: found.next })
    }
}
