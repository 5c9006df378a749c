//! What is written twice says the same twice: the contract, what is generated from it, the functions, and the layers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

mod docs;
mod generated;
mod layers;
mod sources;
mod tables;
