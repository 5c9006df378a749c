//! What is unusual about a person's sign-ins and use.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

/// Days on which somebody must have been seen before an hour can be unusual for them.
const DAYS_NEEDED: u32 = 14;
/// Hours beside those in which somebody was seen that are usual too.
const HOURS_BESIDE: u32 = 1;

/// What is kept of a person's use: no list of it, whatever they do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habits {
    /// Bits: the hours of the local day in which they were seen, the first bit for midnight.
    pub hours: u32,
    /// On how many days they were seen.
    pub days: u32,
    /// The last of these days.
    pub last_day: Option<Date>,
}

/// One use of a product by a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIn {
    /// When, by the clock of the client.
    pub at: DateTime,
    /// Whether the product is marked as sensitive.
    pub sensitive: bool,
    /// Whether this person has used this product before.
    pub used_before: bool,
    /// The person's last day, if they leave or have left.
    pub leaves: Option<Date>,
}

/// What is unusual about a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = AccessAnomalyKind))]
pub enum Finding {
    /// In an hour in which they were never seen, nor in one beside it, on 14 days or more.
    UnusualHour,
    /// The first use of a product that is marked as sensitive.
    FirstSensitiveUse,
    /// After their last day.
    LeaverSignedIn,
}

/// What is unusual about a sign-in, given the habits before it; and the habits with it. A leaver's hours are not learned.
pub fn look_at(habits: &Habits, sign_in: &SignIn) -> (Vec<Finding>, Habits) {
    let (hour, day) = (u32::from(sign_in.at.hour().unsigned_abs()), sign_in.at.date());
    let left = sign_in.leaves.is_some_and(|last| day > last);
    let beside = (24 - HOURS_BESIDE..=24 + HOURS_BESIDE).any(|off| habits.hours & (1 << ((hour + off) % 24)) != 0);
    let findings = [
        (habits.days >= DAYS_NEEDED && !beside, Finding::UnusualHour),
        (sign_in.sensitive && !sign_in.used_before, Finding::FirstSensitiveUse),
        (left, Finding::LeaverSignedIn),
    ];
    let mut after = habits.clone();
    if !left {
        after.hours |= 1 << hour;
        if habits.last_day.is_none_or(|last| last < day) {
            after.days = after.days.saturating_add(1);
            after.last_day = Some(day);
        }
    }
    (findings.into_iter().filter(|(holds, _)| *holds).map(|(_, finding)| finding).collect(), after)
}
