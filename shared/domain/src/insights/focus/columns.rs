//! Where a file has the columns that are read.

use serde::{Deserialize, Serialize};

use super::fault::FileFault;

/// The names of the columns that must be there, as the specification has them.
const REQUIRED: [&str; 4] = ["BilledCost", "BillingCurrency", "ChargePeriodStart", "ServiceName"];

/// At which place of a row each column stands, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// How many columns there are.
    pub count: usize,
    /// `BilledCost`: what is invoiced.
    pub cost: usize,
    /// `BillingCurrency`.
    pub currency: usize,
    /// `ChargePeriodStart`; its date, in UTC, is the day.
    pub day: usize,
    /// `ChargePeriodEnd`, the first instant behind the row's days.
    #[serde(default)]
    pub end: Option<usize>,
    /// `ServiceName`.
    pub service: usize,
    /// `SubAccountId`.
    pub account: Option<usize>,
    /// `SubAccountName`.
    pub account_name: Option<usize>,
    /// `Tags`, a JSON object.
    pub tags: Option<usize>,
}

impl Columns {
    /// By a file's first row.
    ///
    /// # Errors
    /// [`FileFault::Columns`] with the names of those that are not there.
    pub fn of(head: &[String]) -> Result<Self, FileFault> {
        let at = |name: &str| head.iter().position(|column| column.trim() == name);
        let missing: Vec<&str> = REQUIRED.into_iter().filter(|name| at(name).is_none()).collect();
        let [Some(cost), Some(currency), Some(day), Some(service)] = REQUIRED.map(at) else {
            return Err(FileFault::Columns(missing.join(", ")));
        };
        Ok(Columns {
            count: head.len(),
            cost,
            currency,
            day,
            end: at("ChargePeriodEnd"),
            service,
            account: at("SubAccountId"),
            account_name: at("SubAccountName"),
            tags: at("Tags"),
        })
    }
}
