//! The API over HTTP, against the whole stack in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

mod clients;
mod departments;
mod sla;
mod walk;
