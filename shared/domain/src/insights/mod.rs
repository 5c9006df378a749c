//! Anomalies in series of cost and of use: what is unusual, by how much, since when, and what drives it.
//!
//! [`Series`] takes one value after another and keeps what it needs of the past, a few seasons, so a daily run costs the
//! same for a series of a month and of ten years. A verdict follows from its point and the past alone.
//! `docs/anomalies.md` tells the method in plain words, and what was measured.
//!
//! These are statistics and not money: they are the one place of the domain that computes in floats. Amounts come in as
//! whole minor units, which a float holds exactly, and go out as whole minor units ([`minor`]).

#![allow(clippy::float_arithmetic, reason = "statistics; amounts are rounded to minor units where they leave")]

pub mod access_anomalies;
pub mod costs;
pub mod covered;
pub mod focus;
pub mod found;
pub mod imports;
pub mod rhythm;
pub mod rules;
pub mod sign_ins;
pub mod tuning;
pub mod watch;

mod access;
mod ahead;
mod anomaly;
mod drift;
mod feedback;
mod forecast;
mod lasting;
mod measure;
mod model;
mod rest;
mod series;
mod shift;
mod spread;

use jiff::civil::Date;

pub use access::{Finding, Habits, SignIn, look_at};
pub use ahead::{FEWEST_MONTHS, MOST_MONTHS, Sum, ahead, has_shape};
pub use anomaly::{Anomaly, Driver, Kind, Part, When, driver};
pub use feedback::{Answer, KnownEvent, LEAST_SENSITIVE, MOST_SENSITIVE, Sensitivity, muted};
pub use lasting::Lasting;
pub use measure::{Amount, Measure, People, SeriesCount};
pub use model::{Method, Outlook, Settings};
pub use series::{Series, Verdict, detect};

/// Points in a season of daily values: a week.
pub const WEEK: usize = 7;

/// A statistic as whole minor units, halves away from zero; what is beyond them is the largest there is.
pub fn minor(value: f64) -> i64 {
    // A float's cast to an integer saturates, and makes nothing of what is no number.
    value.round() as i64
}

/// How many days one date is after the other.
fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}
