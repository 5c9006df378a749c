//! Time and materials: what was worked, and what it costs.
//!
//! - [`entry`]: time entries on tickets, and what may be done with them
//! - [`rates`]: kinds of work, the rate card, rounding and after-hours factors
//! - [`price`]: from time entries to priced lines

pub mod entry;
pub mod price;
pub mod rates;

pub use self::entry::{NewTimeEntry, TimeChanges, TimeEntry, TimeState};
pub use self::price::{TimeKind, TimeLine, TimeTerms, price_time};
pub use self::rates::{AfterHours, Rate, RateCard, Rounding, WorkType};
