//! The rules of the desk, and nothing else.
//!
//! No `async`, no clock, no new ids, no environment, no logging: time, ids and stored state come in
//! as values, and a rule answers with the new state and what happened ([`outcome::Outcome`]).
//! A file per noun; start reading at [`tickets`] and [`sla`].

pub mod access;
pub mod assignment;
pub mod billing;
pub mod budgets;
pub mod calendar;
pub mod clients;
pub mod contacts;
pub mod cost_centres;
pub mod csv;
pub mod decimal;
pub mod departments;
pub mod email;
pub mod error;
pub mod events;
pub mod ids;
pub mod insights;
pub mod invalid;
pub mod licences;
pub mod money;
pub mod notices;
pub mod outcome;
pub mod parked;
pub mod passwords;
pub mod rate;
pub mod sessions;
pub mod sla;
pub mod tenants;
mod text;
pub mod tickets;
pub mod timeline;
pub mod users;
pub mod zone;

pub use access::{Actor, Permission, Role};
pub use error::{Invalid, Refusal};
pub use events::Event;
pub use ids::*;
pub use money::Money;
pub use outcome::Outcome;
pub use zone::Zone;
