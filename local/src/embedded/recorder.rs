//! What the functions did at the seam: counted always, written down when asked.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::call::{Call, Touch};
use super::faults::Fault;

/// The number of what is no call at the seam: a letter that is sent, a key that is taken.
pub const BESIDE: u64 = u64::MAX;

/// One action of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The call's number since the seam was made; the parts of a transaction share it. [`BESIDE`] for what is no call.
    pub call: u64,
    /// The function that called, as its [`Caller`](super::Caller) says.
    pub function: String,
    /// The IAM action, the resource and the keys.
    pub touch: Touch,
    /// The fault injected into the call, if any.
    pub fault: Option<Fault>,
}

/// Counts every call. Keeps them one by one only between [`Recorder::start`] and
/// [`Recorder::take`], because `cargo run` may run for days.
#[derive(Debug, Default)]
pub struct Recorder {
    calls: AtomicU64,
    kept: Mutex<Option<Vec<Recorded>>>,
}

impl Recorder {
    /// Calls so far, failed ones included.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Keeps every action from now on.
    pub fn start(&self) {
        self.kept().get_or_insert_default();
    }

    /// What was kept since [`Recorder::start`], in the order of the calls. Goes on recording.
    #[must_use]
    pub fn take(&self) -> Vec<Recorded> {
        self.kept().as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Stops keeping and forgets.
    pub fn stop(&self) {
        *self.kept() = None;
    }

    pub(super) fn note(&self, function: &str, call: &Call, fault: Option<Fault>) {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(kept) = self.kept().as_mut() {
            kept.extend(call.touches.iter().map(|touch| Recorded {
                call: number,
                function: function.to_owned(),
                touch: touch.clone(),
                fault,
            }));
        }
    }

    /// Keeps what is no call at the seam; it is not counted as one.
    pub(super) fn note_beside(&self, function: &str, action: &str, resource: &str) {
        if let Some(kept) = self.kept().as_mut() {
            let touch =
                Touch { action: action.to_owned(), resource: resource.to_owned(), keys: Vec::new(), item_bytes: 0 };
            kept.push(Recorded { call: BESIDE, function: function.to_owned(), touch, fault: None });
        }
    }

    fn kept(&self) -> MutexGuard<'_, Option<Vec<Recorded>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
