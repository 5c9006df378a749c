//! What a client means to spend on its IT, what it does spend, and where that leads by the end of the period.
//!
//! A budget has an amount for each of its months. What is spent is of two kinds: **fixed**, which is known months ahead
//! (licences by their terms), and **variable** (invoices of the MSP, imported cloud costs), of which only the past is known.

mod budget;
mod chargeback;
mod outlook;

pub use budget::{
    Alerts, Budget, HIGHEST_PERCENT, LONGEST_NAME, MOST_MONTHS, MOST_THRESHOLDS, NewBudget, Scope, Threshold, Warning,
    add, told,
};
pub use chargeback::{Part, Weighted, chargeback};
pub use outlook::{Forecast, Outlook, Spent, outlook};
