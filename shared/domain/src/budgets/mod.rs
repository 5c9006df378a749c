//! What a client means to spend on its IT, what it does spend, and where that leads by the end of the period.
//!
//! A budget has an amount for each of its months. What is spent is of two kinds: **fixed**, which is known months ahead
//! (licences by their terms), and **variable** (invoices of the MSP, imported cloud costs), of which only the past is known.

mod arrears;
mod at_once;
mod budget;
mod chargeback;
mod costs;
mod fixed;
mod levels;
mod outlook;
mod pace;
mod rules;
mod spent;
mod told;
mod usual;

pub use arrears::Billed;
pub use at_once::DailySums;
pub use budget::{
    Alerts, Budget, BudgetChanges, HIGHEST_PERCENT, LONGEST_NAME, MOST_MONTHS, MOST_THRESHOLDS, NewBudget, Scope,
    Threshold, Warning, add, change, close, still_named, told,
};
pub use chargeback::{Part, UseByMonth, Weighted, chargeback, together};
pub use costs::{Carriers, Cost, Sums, by_centre, carried, months_of_use, spent_within, sums, told_by};
pub use fixed::{
    DaysByUnit, by_month, by_seats, by_split, by_use, evenly, fixed, if_renewed, in_term, is_fixed, seat_price,
};
pub use outlook::{Course, Forecast, MonthOutlook, Outlook, by_months, outlook};
pub use pace::{Costs, spent_as_told};
pub use rules::{CentreShare, ChargebackRules, LicenceRule, MOST_PRODUCTS, MOST_RULES, SourceRule, weights_of};
pub use spent::{Part as MonthInPart, Spent, is_spent, moved, moved_of_periods, moved_on_days};
pub use told::{DAYS_LOOKED_BACK, Told};
