//! The whole of Steward on one machine.

pub mod clock;
pub mod embedded;
pub mod lambda_api;
pub mod schedule;
