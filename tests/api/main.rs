//! The API over HTTP, against the whole stack in memory.

#![allow(clippy::all, reason = "style of tests is looked at by people")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

mod access;
mod audit;
mod billing_settings;
mod canaries;
mod clients;
mod contracts;
mod departments;
mod documents;
mod invoices;
mod large;
mod manners;
mod metering;
mod pages;
mod payments;
mod probe;
mod reports;
mod sessions;
mod sla;
mod tickets;
mod tokens;
mod walk;
mod work;
