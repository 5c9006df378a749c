//! The rules, by tables and properties. One program: what they all need is built once.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]
#![allow(clippy::inconsistent_digit_grouping, reason = "476_00 is 476.00 in minor units")]

mod access;
mod assignment;
mod billing;
mod budget_arrears;
mod budget_chargeback;
mod budget_costs;
mod budget_forecasts;
mod budget_seats;
mod budget_years;
mod budgets;
mod calendar;
mod common;
mod findings;
mod insights;
mod insights_costs;
mod insights_files;
mod insights_found;
mod insights_levels;
mod insights_means;
mod insights_periods;
mod insights_properties;
mod insights_sentences;
mod insights_sign_ins;
mod licences;
mod never_laundered;
mod passwords;
mod rate;
mod sla;
mod sla_escalations;
mod sla_minute_by_minute;
mod sla_policies;
mod tickets;
mod tickets_and_sla;
mod users;
mod values;
