//! The whole of Steward on one machine.

pub mod clock;
pub mod embedded;
