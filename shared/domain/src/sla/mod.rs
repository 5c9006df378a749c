//! SLAs: what was promised, and how it stands.
//!
//! - [`policy`]: targets, warnings, the escalation ladder
//! - [`choice`]: which policy and calendar hold for a ticket
//! - [`history`]: what happened to a ticket, as far as clocks care
//! - [`clocks`]: how the promises stand at an instant
//! - [`ticket`]: what a ticket keeps of all this
//! - [`advance`]: what falls due, each thing once
//! - [`preview`]: all of it on a made-up history

pub mod advance;
pub mod choice;
pub mod clocks;
pub mod history;
pub mod policy;
pub mod preview;
pub mod ticket;

pub use self::advance::{Advanced, Aim, Fired, advance, next_mark};
pub use self::choice::{SlaChoice, resolve, which_calendar};
pub use self::clocks::{Clock, ClockState, clocks, next_due};
pub use self::history::History;
pub use self::policy::{
    Action, ClockKind, NewPolicy, Plan, Policy, PolicyChanges, PriorityTargets, Step, Target, Targets, TimeBasis, When,
};
pub use self::preview::{Past, PastStep, Previewed, WhatHappened, preview};
pub use self::ticket::{Dues, Mark, TicketSla};
