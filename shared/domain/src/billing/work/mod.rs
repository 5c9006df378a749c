//! Time and materials: what was worked, and what it costs.
//!
//! - [`entry`]: time entries on tickets, and what may be done with them
//! - [`rates`]: kinds of work, the rate card, rounding and after-hours factors
//! - [`price`]: from time entries to priced lines
//! - [`book`]: a tenant's rates and kinds of work, and how they are changed
//! - [`fixed`]: prices at which work was billed stay
//! - [`whose`]: whose time somebody may log and change

pub mod book;
pub mod entry;
pub mod fixed;
pub mod price;
pub mod rates;
pub mod whose;

pub use self::book::{RateBook, RateChanges};
pub use self::entry::{NewTimeEntry, TimeChanges, TimeEntry, TimeState};
pub use self::fixed::keeps_what_was_billed;
pub use self::price::{TimeLine, TimeTerms, price_time, worth};
pub use self::rates::{AfterHours, Rate, RateCard, Rounding, TimeKind, WorkType};
