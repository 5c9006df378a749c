//! Mail that would have been sent: kept for whoever wants to read it at `/local/mail`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use runtime::mail::{Letter, Mail, MailError};

/// Letters kept before the oldest are forgotten.
const MAX_LETTERS: usize = 1_000;

/// Letters in the order in which they would have been sent. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Mutex<VecDeque<Letter>>>);

impl Mailbox {
    /// The letters, oldest first.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Mail for Mailbox {
    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), MailError>> {
        let mut letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if letters.len() == MAX_LETTERS {
            letters.pop_front();
        }
        letters.push_back(letter.clone());
        Box::pin(std::future::ready(Ok(())))
    }
}
