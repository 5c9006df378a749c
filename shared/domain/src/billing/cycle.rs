//! Billing periods: when one starts and when the next one does, always from the anchor and never from today.
//!
//! A start is computed as *anchor + n cycles* in one step, and a day that its month lacks is clamped to the month's last
//! day. So a clamped start does not pull the later ones along (Stripe, "Set the subscription billing renewal date": an
//! anchor on 31 January bills on 28 or 29 February, then on 31 March). Whoever starts from the previous bill instead
//! overlaps or leaves holes in short months: Lago repaired that in getlago/lago-api #1567, #1840 and #6173, Kill Bill in
//! killbill/killbill #2133.

use jiff::Span;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::invalid::Check;

/// No contract is older than the computers that bill it.
pub const EARLIEST: Date = date(1970, 1, 1);
/// No contract lasts longer; a date beyond is a slip of the pen.
pub const LATEST: Date = date(2200, 1, 1);
/// No valid schedule has more periods: every week from [`EARLIEST`] to [`LATEST`], and a started one at both ends.
pub const MOST_PERIODS: usize = 12_003;

/// A Monday and a 1 January, so that weeks, months, quarters, halves and years that are counted from it are the
/// calendar's own. Weeks start on Monday (ISO 8601).
const CALENDAR_ORIGIN: Date = date(2001, 1, 1);

/// Local dates from `from` until the day before `to`: the first day is billed, the end date is not. It is empty unless
/// `from` is before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Period {
    /// The first day.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    /// The end, which is not in the period any more.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub to: Date,
}

/// How often a bill is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Cycle {
    /// Every 7 days.
    Weekly,
    /// Every month.
    Monthly,
    /// Every 3 months.
    Quarterly,
    /// Every 6 months.
    SemiAnnual,
    /// Every 12 months.
    Annual,
}

/// Which day starts a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Alignment {
    /// The anchor's day: of the week, of the month, of every third month from the anchor's, and so on.
    Anniversary,
    /// Monday, the 1st of a month, of a quarter (January, April, July, October), of a half (January, July), of a year.
    /// The anchor does not matter.
    Calendar,
}

/// The periods of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Schedule {
    /// How often.
    pub cycle: Cycle,
    /// Which day starts a period.
    pub alignment: Alignment,
    /// A day on which a period starts, for [`Alignment::Anniversary`]; before, at or after `starts_on`.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub anchor: Date,
    /// The first day that is billed.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub starts_on: Date,
    /// The first day that is not billed any more; absent while no end is known.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub ends_on: Option<Date>,
}

impl Period {
    /// From one date until another; `None` when that holds no day.
    pub fn new(from: Date, to: Date) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    /// How many days are in it; none of an empty one.
    pub fn days(&self) -> i64 {
        i64::from((self.to - self.from).get_days()).max(0)
    }

    /// Whether it has this day.
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && day < self.to
    }

    /// The days that both have.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }
}

impl Cycle {
    /// Every cycle, the shortest first.
    pub const ALL: [Self; 5] = [Self::Weekly, Self::Monthly, Self::Quarterly, Self::SemiAnnual, Self::Annual];

    /// How many months it has; a week has no number of them.
    pub const fn months(self) -> Option<i32> {
        match self {
            Self::Weekly => None,
            Self::Monthly => Some(1),
            Self::Quarterly => Some(3),
            Self::SemiAnnual => Some(6),
            Self::Annual => Some(12),
        }
    }
}

impl Schedule {
    /// The whole period that has this day, whether the contract covers all of it or not; `None` outside the contract.
    pub fn period_of(&self, day: Date) -> Option<Period> {
        self.covers(day).then(|| self.whole(self.index_of(day)))
    }

    /// What the contract covers of a period.
    pub fn clipped(&self, period: &Period) -> Option<Period> {
        period.intersect(&Period { from: self.starts_on, to: self.ends_on.unwrap_or(Date::MAX) })
    }

    /// The whole period in which the contract starts.
    pub fn first(&self) -> Period {
        self.whole(self.index_of(self.starts_on))
    }

    /// The whole period that follows one of this schedule, whole or clipped; `None` when the contract ends before.
    pub fn after(&self, period: &Period) -> Option<Period> {
        self.period_of(period.to)
    }

    /// The whole period that comes `n` after the first; `None` when the contract ends before.
    pub fn nth(&self, n: u32) -> Option<Period> {
        let period = self.whole(self.index_of(self.starts_on) + i64::from(n));
        Period::new(period.from, period.to).filter(|_| self.covers(period.from.max(self.starts_on)))
    }

    /// The whole periods from the one that has `day`, or from the first if the contract starts later, to the contract's
    /// end; at most [`MOST_PERIODS`].
    pub fn periods_from(&self, day: Date) -> impl Iterator<Item = Period> + use<> {
        let schedule = *self;
        std::iter::successors(self.period_of(day.max(self.starts_on)), move |period| schedule.after(period))
            .take(MOST_PERIODS)
    }

    /// Notes what is wrong with it.
    pub fn validate(&self, field: &str, check: &mut Check) {
        let dates = [("anchor", Some(self.anchor)), ("starts_on", Some(self.starts_on)), ("ends_on", self.ends_on)];
        for (name, day) in dates {
            let holds = day.is_none_or(|day| (EARLIEST..=LATEST).contains(&day));
            let detail = "must be from 1970-01-01 to 2200-01-01";
            check.that(holds, &format!("{field}/{name}"), "out_of_range", detail);
        }
        check.that(
            self.ends_on.is_none_or(|end| self.starts_on < end),
            &format!("{field}/ends_on"),
            "not_in_order",
            "must be after starts_on; it is the first day that is not billed any more",
        );
    }

    fn covers(&self, day: Date) -> bool {
        self.starts_on <= day && self.ends_on.is_none_or(|end| day < end)
    }

    fn origin(&self) -> Date {
        match self.alignment {
            Alignment::Anniversary => self.anchor,
            Alignment::Calendar => CALENDAR_ORIGIN,
        }
    }

    /// Where the `index`th period from the origin starts. The span is added to the origin as one, and jiff's addition
    /// of months keeps the day or takes the month's last. It stays at the ends of jiff's time, thousands of years away.
    fn start(&self, index: i64) -> Date {
        let span = match self.cycle.months() {
            None => Span::new().try_days(index.saturating_mul(7)),
            Some(months) => Span::new().try_months(index.saturating_mul(i64::from(months))),
        };
        let end = if index < 0 { Date::MIN } else { Date::MAX };
        span.map_or(end, |span| self.origin().saturating_add(span))
    }

    fn whole(&self, index: i64) -> Period {
        Period { from: self.start(index), to: self.start(index + 1) }
    }

    /// Which period from the origin has this day. By months it is that of the day's month, or the one before when the
    /// day is before the start in its own month.
    fn index_of(&self, day: Date) -> i64 {
        let origin = self.origin();
        let Some(months) = self.cycle.months() else {
            return i64::from((day - origin).get_days()).div_euclid(7);
        };
        let index = (month_number(day) - month_number(origin)).div_euclid(i64::from(months));
        if day < self.start(index) { index - 1 } else { index }
    }
}

/// Months since the year 0.
fn month_number(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}
