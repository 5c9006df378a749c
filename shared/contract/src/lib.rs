//! What Steward offers, declared once.
//!
//! Every route, job and reaction is a typed constant here. The handler's signature, the wrapper, the local router,
//! `openapi.json`, the functions in `template.yaml` with their policies, the sample events and the authorisation tests
//! all read these constants; nothing is listed twice by hand. [`catalog`] is the list that the generators walk.

pub mod catalog;
pub mod job;
pub mod need;
pub mod page;
pub mod patch;
pub mod problem;
pub mod route;
pub mod sample;
pub mod secret;

pub mod access_anomalies;
pub mod amendments;
pub mod approvals;
pub mod audit;
pub mod billing;
pub mod bills;
pub mod blocks;
pub mod budgets;
pub mod calendars;
pub mod charging;
pub mod clients;
pub mod contract_lines;
pub mod contracts;
pub mod cost_series;
pub mod departments;
pub mod documents;
pub mod dunning;
pub mod exports;
pub mod findings;
pub mod imports;
pub mod insights;
pub mod invoices;
pub mod ledger;
pub mod licence_audits;
pub mod licence_files;
pub mod licences;
pub mod manual;
pub mod metering;
pub mod notifications;
pub mod payments;
pub mod platform;
pub mod policies;
pub mod preview;
pub mod prices;
pub mod products;
pub mod rates;
pub mod renewals;
pub mod reports;
pub mod seats;
pub mod sessions;
pub mod simulation;
pub mod spending;
pub mod tenants;
pub mod tickets;
pub mod usage;
pub mod users;
pub mod utilisation;
pub mod work;

pub use catalog::{Catalog, catalog};
pub use job::{Job, Reaction};
pub use need::{Index, Need};
pub use page::{Page, PageQuery};
pub use route::{Access, Method, NoBody, NoPath, NoQuery, Nothing, Operation, Route, Spec, Writes};
pub use secret::Secret;

/// Largest request body in bytes; larger ones are refused with 413.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Largest page of a list.
pub const MAX_LIMIT: u32 = 100;
/// Page of a list when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 25;
