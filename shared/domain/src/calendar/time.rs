//! The arithmetic of open time.
//!
//! A day's windows are resolved to instants in the calendar's zone: a local time that does not exist moves
//! forward by the gap (but never into a holiday), one that occurs twice is the first. Far from a change of the
//! zone's offset and from holidays every week holds the same open time, so runs of such weeks are skipped by one
//! multiplication; what is left is a few days around each change and holiday. All counting is in whole nanoseconds.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::holidays::{Holiday, HolidayDate};
use super::hours::{DAY as MINUTES_A_DAY, Hours};
use crate::zone::Zone;

/// The answer would be more than a hundred years away, or past the year 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is more than a hundred years away; choose a shorter time or a calendar with more open hours")]
pub struct TooFar;

/// Nanoseconds, of an instant since 1970 or of a stretch of time; wide enough never to overflow.
type Nanos = i128;
/// Days since 1970-01-01 on the local calendar.
type Day = i64;

const MINUTE: Nanos = 60_000_000_000;
const DAY: Nanos = 24 * 60 * MINUTE;
const WEEK: Nanos = 7 * DAY;
/// How far ahead an end is looked for. The longest closure ends within it, and a calendar that is almost never open is
/// found out before it costs anything.
const FARTHEST: Nanos = 100 * 366 * DAY;
const EPOCH: Date = Date::constant(1970, 1, 1);

/// A calendar made ready for many questions.
#[derive(Debug, Clone)]
pub struct OpenTime {
    zone: TimeZone,
    /// Minutes of the day, Monday first.
    windows: [Vec<(u16, u16)>; 7],
    once: BTreeSet<Day>,
    /// Month and day.
    yearly: BTreeSet<(i8, i8)>,
    /// The open time of a week without holidays and changes of the offset.
    a_week: Nanos,
}

impl OpenTime {
    /// Open all the time.
    pub fn always() -> Self {
        Self::new(&Zone::utc(), &Hours::AlwaysOpen, &[])
    }

    /// Makes hours and holidays ready; they must have been checked.
    pub fn new(zone: &Zone, hours: &Hours, holidays: &[Holiday]) -> Self {
        let windows = match hours {
            Hours::AlwaysOpen => std::array::from_fn(|_| vec![(0, MINUTES_A_DAY)]),
            Hours::Weekly(weekly) => weekly
                .days()
                .map(|(_, day)| day.iter().map(|window| (window.from.minutes(), window.to.minutes())).collect()),
        };
        let a_week = windows.iter().flatten().map(|(from, to)| Nanos::from(to.saturating_sub(*from)) * MINUTE).sum();
        let (mut once, mut yearly) = (BTreeSet::new(), BTreeSet::new());
        for holiday in holidays {
            match holiday.on {
                HolidayDate::Once(date) => once.insert(day_of_date(date)),
                HolidayDate::Yearly { month, day } => yearly.insert((month, day)),
            };
        }
        Self { zone: zone.rules().clone(), windows, once, yearly, a_week }
    }

    /// The open time in `[a, b)`; zero when `b` is not after `a`.
    pub fn open_between(&self, a: Timestamp, b: Timestamp) -> SignedDuration {
        if b <= a {
            return SignedDuration::ZERO;
        }
        if self.never_closes() {
            return b.duration_since(a);
        }
        let (from, until) = (a.as_nanosecond(), b.as_nanosecond());
        let mut open = 0;
        let mut walk = Walk::before(self, a);
        while walk.start() < until && walk.goes_on() {
            if walk.start() >= from {
                let fitting = (until - walk.start()) / WEEK;
                let weeks = walk.same_weeks().min(fitting);
                if weeks > 0 {
                    open += weeks * self.a_week;
                    walk.skip_weeks(weeks);
                    continue;
                }
            }
            walk.each_span(|start, end| {
                open += (end.min(until) - start.max(from)).max(0);
                None::<()>
            });
            walk.next_day();
        }
        SignedDuration::from_nanos_i128(open)
    }

    /// The instant at which `open` of open time has passed since `from`. What exactly fills a window ends with
    /// that window.
    ///
    /// # Errors
    /// [`TooFar`] when that is more than a hundred years away, or past the year 9999.
    pub fn add_open(&self, from: Timestamp, open: SignedDuration) -> Result<Timestamp, TooFar> {
        if !open.is_positive() {
            return Ok(from);
        }
        if self.never_closes() {
            return from.checked_add(open).map_err(|_| TooFar);
        }
        let since = from.as_nanosecond();
        let mut left = open.as_nanos();
        let mut walk = Walk::before(self, from);
        while walk.goes_on() && walk.start() < since + FARTHEST {
            if walk.start() >= since {
                // Never all of what is left, so that the last window is found below.
                let needed = (left - 1).checked_div(self.a_week).unwrap_or(Nanos::MAX);
                let weeks = walk.same_weeks().min(needed);
                if weeks > 0 {
                    left -= weeks * self.a_week;
                    walk.skip_weeks(weeks);
                    continue;
                }
            }
            let due = walk.each_span(|start, end| {
                let start = start.max(since);
                let length = (end - start).max(0);
                if length >= left {
                    return Some(start + left);
                }
                left -= length;
                None
            });
            if let Some(due) = due {
                return Timestamp::from_nanosecond(due).map_err(|_| TooFar);
            }
            walk.next_day();
        }
        Err(TooFar)
    }

    /// Whether it is open at this instant.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let instant = at.as_nanosecond();
        let mut walk = Walk::before(self, at);
        while walk.start() <= instant && walk.goes_on() {
            let open = walk.each_span(|start, end| (start <= instant && instant < end).then_some(()));
            if open.is_some() {
                return true;
            }
            walk.next_day();
        }
        false
    }

    fn never_closes(&self) -> bool {
        self.a_week == WEEK && self.once.is_empty() && self.yearly.is_empty()
    }

    /// A day's windows, holidays apart. 1970-01-01 was a Thursday.
    fn windows_on(&self, day: Day) -> &[(u16, u16)] {
        let monday_first = usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default();
        &self.windows[monday_first]
    }

    fn is_holiday(&self, day: Day) -> bool {
        let yearly = || date_of_day(day).is_some_and(|date| self.yearly.contains(&(date.month(), date.day())));
        self.once.contains(&day) || (!self.yearly.is_empty() && yearly())
    }

    /// The first holiday on or after a day.
    fn next_holiday(&self, day: Day) -> Day {
        let once = self.once.range(day..).next().copied().unwrap_or(Day::MAX);
        once.min(self.next_yearly(day).unwrap_or(Day::MAX))
    }

    fn next_yearly(&self, day: Day) -> Option<Day> {
        if self.yearly.is_empty() {
            return None;
        }
        let date = date_of_day(day)?;
        let this_year = self.yearly.range((date.month(), date.day())..).map(|on| (date.year(), on));
        // 29 February alone can be eight years away, as from 1896 to 1904.
        let later = (1..=8).flat_map(|years| self.yearly.iter().map(move |on| (date.year() + years, on)));
        this_year.chain(later).find_map(|(year, (month, day))| Date::new(year, *month, *day).ok()).map(day_of_date)
    }

    /// The instant of a local time, given as minutes after a day's midnight; 1440 is the next midnight.
    fn instant(&self, day: Day, minutes: u16) -> Nanos {
        let (day, minutes) = (day + Day::from(minutes / MINUTES_A_DAY), minutes % MINUTES_A_DAY);
        let resolved = date_of_day(day).and_then(|date| {
            let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
            let local: DateTime = date.at(hour, minute, 0, 0);
            self.zone.to_ambiguous_timestamp(local).compatible().ok()
        });
        let end_of_time = if day < 0 { Timestamp::MIN } else { Timestamp::MAX };
        resolved.unwrap_or(end_of_time).as_nanosecond()
    }
}

fn day_of_date(date: Date) -> Day {
    date.duration_since(EPOCH).as_hours() / 24
}

fn date_of_day(day: Day) -> Option<Date> {
    EPOCH.checked_add(SignedDuration::from_hours(day.checked_mul(24)?)).ok()
}

/// A stretch of instants with one offset.
#[derive(Debug, Clone, Copy)]
struct Steady {
    offset: Nanos,
    from: Nanos,
    until: Nanos,
}

/// No gap or fold is longer than a day, so a day whose midnight is this far from a change knows nothing of it.
const MARGIN_BEFORE: Nanos = 2 * DAY;
const MARGIN_AFTER: Nanos = 3 * DAY;

/// Walks over local days in order.
struct Walk<'a> {
    time: &'a OpenTime,
    day: Day,
    start: Nanos,
    /// The stretch of one offset that the day begins in.
    stretch: Steady,
    /// Whether the day lies in it with some margin.
    steady: bool,
    /// The first holiday on or after the day.
    holiday: Day,
}

impl<'a> Walk<'a> {
    /// Starts with the day before the one that holds `at`, to be safe where midnight is in a gap.
    fn before(time: &'a OpenTime, at: Timestamp) -> Self {
        let stretch = Steady::around(&time.zone, at.as_nanosecond());
        let today = (at.as_nanosecond() + stretch.offset).div_euclid(DAY);
        let mut walk = Self { time, day: 0, start: 0, stretch, steady: false, holiday: Day::MIN };
        walk.go_to(Day::try_from(today - 1).unwrap_or(Day::MIN));
        walk
    }

    fn go_to(&mut self, day: Day) {
        self.day = day;
        self.steady = self.stretch.holds(day);
        if self.steady {
            self.start = self.stretch.midnight(day);
        } else {
            self.start = self.time.instant(day, 0);
            if !(self.stretch.from..self.stretch.until).contains(&self.start) {
                self.stretch = Steady::around(&self.time.zone, self.start);
                self.steady = self.stretch.holds(day);
            }
        }
        if self.holiday < day {
            self.holiday = self.time.next_holiday(day);
        }
    }

    fn next_day(&mut self) {
        self.go_to(self.day + 1);
    }

    fn skip_weeks(&mut self, weeks: Nanos) {
        self.go_to(self.day.saturating_add(Day::try_from(weeks * 7).unwrap_or(Day::MAX)));
    }

    /// The first instant of the day.
    fn start(&self) -> Nanos {
        self.start
    }

    /// Whether there are still days; the calendar ends with the year 9999.
    fn goes_on(&self) -> bool {
        self.start < Timestamp::MAX.as_nanosecond()
    }

    /// How many whole weeks from here on are all alike.
    fn same_weeks(&self) -> Nanos {
        if !self.steady {
            return 0;
        }
        let steady_days = (self.stretch.until - MARGIN_AFTER - self.start) / DAY + 1;
        let before_holiday = Nanos::from(self.holiday) - Nanos::from(self.day);
        steady_days.min(before_holiday) / 7
    }

    /// Shows the day's open spans in order, apart from one another, until one is the answer.
    fn each_span<T>(&self, mut show: impl FnMut(Nanos, Nanos) -> Option<T>) -> Option<T> {
        if !self.steady {
            return self.spans_near_change().into_iter().find_map(|(start, end)| show(start, end));
        }
        if self.holiday == self.day {
            return None;
        }
        let at = |minutes: u16| self.start + Nanos::from(minutes) * MINUTE;
        self.time.windows_on(self.day).iter().find_map(|(from, to)| show(at(*from), at(*to)))
    }

    /// Near a change of the offset a window can be moved over midnight, onto another window, or be turned to
    /// nothing: takes the neighbours' windows too, cuts them to this day and joins them. A holiday stays closed to what
    /// is moved into it.
    fn spans_near_change(&self) -> Vec<(Nanos, Nanos)> {
        let time = self.time;
        if time.is_holiday(self.day) {
            return Vec::new();
        }
        let (start, end) = (self.start, time.instant(self.day + 1, 0));
        let mut spans = Vec::new();
        for day in self.day - 1..=self.day + 1 {
            // A date that the zone skipped altogether (Apia, 2011-12-30) has no windows to move.
            let skipped = time.instant(day, 0) == time.instant(day + 1, 0);
            if skipped || time.is_holiday(day) {
                continue;
            }
            let resolved =
                time.windows_on(day).iter().map(|(from, to)| (time.instant(day, *from), time.instant(day, *to)));
            spans.extend(resolved.map(|(from, to)| (from.max(start), to.min(end))).filter(|(from, to)| from < to));
        }
        spans.sort_unstable();
        let mut covered = start;
        for span in &mut spans {
            span.0 = span.0.max(covered);
            covered = covered.max(span.1);
        }
        spans.retain(|(from, to)| from < to);
        spans
    }
}

impl Steady {
    fn around(zone: &TimeZone, instant: Nanos) -> Self {
        let at = Timestamp::from_nanosecond(instant).unwrap_or(Timestamp::MAX);
        // `preceding` is strict, and a change at the instant itself begins the stretch.
        let just_after = Timestamp::from_nanosecond(instant + 1).unwrap_or(Timestamp::MAX);
        let changed = zone.preceding(just_after).next();
        let changes = zone.following(at).next();
        Self {
            offset: Nanos::from(zone.to_offset(at).seconds()) * 1_000_000_000,
            from: changed.map_or(Timestamp::MIN.as_nanosecond(), |change| change.timestamp().as_nanosecond()),
            until: changes.map_or(Timestamp::MAX.as_nanosecond(), |change| change.timestamp().as_nanosecond()),
        }
    }

    fn midnight(&self, day: Day) -> Nanos {
        Nanos::from(day) * DAY - self.offset
    }

    fn holds(&self, day: Day) -> bool {
        let midnight = self.midnight(day);
        self.from + MARGIN_BEFORE <= midnight && midnight + MARGIN_AFTER <= self.until
    }
}
