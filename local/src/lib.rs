//! The whole of Steward on one machine: the embedded services, every function over them, a clock that moves.

pub mod app;
pub mod clock;
pub mod demo;
pub mod embedded;
pub mod functions;
pub mod gateway;
pub mod lambda_api;
pub mod mailbox;
mod paying;
mod problem;
pub mod provider;
mod pump;
pub mod schedule;
pub mod server;

pub use app::{App, Settings};
