//! The API over HTTP, against the whole stack in memory.

#![allow(clippy::inconsistent_digit_grouping, reason = "476_00 is 476.00 in minor units")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

mod access;
mod approvals;
mod audit;
mod billed;
mod billed_series;
mod billing_settings;
mod books;
mod budgets;
mod canaries;
mod charged_by_itself;
mod charging;
mod clients;
mod contracts;
mod credited;
mod demo;
mod departments;
mod documents;
mod dunning;
mod findings;
mod findings_later;
mod fixed_rates;
mod hours_watched;
mod insights;
mod invoices;
mod large;
mod licence_audits;
mod licence_files;
mod licence_import;
mod licence_renewals;
mod licence_use;
mod licences;
mod manners;
mod metering;
mod open_accounts;
mod pages;
mod password_checks;
mod paying;
mod payments;
mod people_series;
mod probe;
mod renewals;
mod reports;
mod sessions;
mod shared_preview;
mod sla;
mod spending;
mod stripe;
mod tickets;
mod tokens;
mod walk;
mod webhooks;
mod went_back;
mod work;
