//! From time entries to priced lines.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::rates::{RateCard, WorkType};
use crate::billing::codes::{RoleCode, WorkTypeCode};
use crate::calendar::Calendar;
use crate::ids::{ContractId, TimeEntryId, UserId};
use crate::money::Money;
use crate::zone::Zone;

/// Which hours of the day a part of an entry lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TimeKind {
    /// In the calendar's windows.
    Business,
    /// Outside them.
    AfterHours,
    /// On a holiday.
    Holiday,
}

/// What time is priced by.
#[derive(Debug, Clone, Copy)]
pub struct TimeTerms<'a> {
    /// The rates.
    pub card: &'a RateCard,
    /// The kinds of work, with their own rounding and factors.
    pub work_types: &'a [WorkType],
    /// When business hours are; none makes every hour one.
    pub calendar: Option<&'a Calendar>,
    /// The tenant's, for the day on which work began.
    pub zone: &'a Zone,
    /// The contract that is billed, for its own rates.
    pub contract: Option<ContractId>,
}

/// A part of an entry with one price: an entry over a boundary of business hours has several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TimeLine {
    /// Of which entry.
    pub entry: TimeEntryId,
    /// Who worked.
    pub person: UserId,
    /// In which role.
    pub role: Option<RoleCode>,
    /// Which kind of work.
    pub work_type: WorkTypeCode,
    /// The local day on which the work began.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub on: Date,
    /// Which hours.
    pub kind: TimeKind,
    /// Minutes worked in these hours. Those of an entry's lines add up to the entry's.
    pub worked: u32,
    /// Minutes charged, after rounding up. Those of an entry's lines add up to the entry's, rounded once.
    pub minutes: u32,
    /// In major units an hour, before the factor.
    pub rate: Decimal,
    /// The factor of these hours.
    pub factor: Decimal,
    /// What it costs: minutes × rate × factor ÷ 60, rounded once.
    pub amount: Money,
}
