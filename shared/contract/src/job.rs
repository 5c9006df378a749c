//! What runs without a caller: jobs on a schedule, reactions to events, and the plumbing between them.

use crate::need::{Need, Needs};
use crate::route::area;

/// Work that a schedule starts. It takes no input but an optional `{"dry_run": true}` and reconciles what is due.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Function name.
    pub name: &'static str,
    /// One line for the docs.
    pub summary: &'static str,
    /// EventBridge Scheduler expression: `rate(…)` or `cron(…)`, in UTC.
    pub schedule: &'static str,
    /// Seconds after which Lambda ends it; it stops by itself a minute before.
    pub timeout_s: u32,
    /// What it may touch.
    pub touches: &'static [Need],
}

/// Work that an event starts, delivered at least once and idempotent by the event's id.
#[derive(Clone, Copy, Debug)]
pub struct Reaction {
    /// Function name.
    pub name: &'static str,
    /// One line for the docs.
    pub summary: &'static str,
    /// The names of the events that it wants.
    pub on: &'static [&'static str],
    /// Seconds after which Lambda ends it.
    pub timeout_s: u32,
    /// What it may touch.
    pub touches: &'static [Need],
}

/// A function of the platform itself.
#[derive(Clone, Copy, Debug)]
pub struct Plumbing {
    /// Function name.
    pub name: &'static str,
    /// One line for the docs.
    pub summary: &'static str,
    /// What calls it.
    pub source: Source,
    /// What it may touch.
    pub touches: &'static [Need],
}

/// What calls a function of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// API Gateway, before every route that is not public.
    Authorizer,
    /// The main table's stream: only new outbox items.
    Stream,
}

macro_rules! function {
    ($kind:ty) => {
        impl $kind {
            /// The package under `functions/` that holds it.
            pub fn area(&self) -> &'static str {
                area(self.name)
            }

            /// All that it may touch.
            pub fn needs(&self) -> Needs {
                self.touches.iter().copied().collect()
            }
        }
    };
}
function!(Job);
function!(Reaction);
function!(Plumbing);
