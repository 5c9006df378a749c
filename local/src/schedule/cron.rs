//! The six fields of AWS cron: minutes, hours, day of month, month, day of week, year.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::Refused;

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/// AWS counts weekdays from Sunday as 1.
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// A parsed `cron(…)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: BTreeSet<i16>,
    hours: BTreeSet<i16>,
    days: Days,
    months: BTreeSet<i16>,
    years: BTreeSet<i16>,
}

/// The day is told by its number or by its weekday; AWS wants a `?` in the other field.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    OfMonth(BTreeSet<i16>),
    /// `L`, or `L-3`: so many days before the month's last.
    BeforeLast(i16),
    /// `15W`: the working day nearest to it, within the month.
    NearestWorkingDay(i16),
    OfWeek(BTreeSet<i16>),
    /// `6L`: the month's last Friday.
    LastOf(i16),
    /// `2#1`: the month's first Monday.
    NthOf(i16, i16),
}

impl FromStr for Cron {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let fields: Vec<_> = text.split_whitespace().collect();
        let [minutes, hours, of_month, month, of_week, year] = fields[..] else {
            let count = fields.len();
            return Err(Refused(format!("`cron({text})` has {count} fields: AWS takes six")));
        };
        let days = match (of_month, of_week) {
            (of_month, "?") => days_of_month(of_month),
            ("?", of_week) => days_of_week(of_week),
            _ => None,
        };
        let refused = |field: &str| Refused(format!("`cron({text})`: {field} is not understood"));
        Ok(Self {
            minutes: numbers(minutes, 0..=59, &[]).ok_or_else(|| refused("minutes"))?,
            hours: numbers(hours, 0..=23, &[]).ok_or_else(|| refused("hours"))?,
            days: days.ok_or_else(|| refused("the day, one field of which must be `?`,"))?,
            months: numbers(month, 1..=12, &MONTHS).ok_or_else(|| refused("month"))?,
            years: numbers(year, 1970..=2199, &[]).ok_or_else(|| refused("year"))?,
        })
    }
}

fn days_of_month(field: &str) -> Option<Days> {
    if let Some(before) = field.strip_prefix('L') {
        let before = if before.is_empty() { 0 } else { before.strip_prefix('-')?.parse().ok()? };
        return (0..=30).contains(&before).then_some(Days::BeforeLast(before));
    }
    if let Some(day) = field.strip_suffix('W') {
        let day = day.parse().ok().filter(|day| (1..=31).contains(day))?;
        return Some(Days::NearestWorkingDay(day));
    }
    numbers(field, 1..=31, &[]).map(Days::OfMonth)
}

fn days_of_week(field: &str) -> Option<Days> {
    if let Some((day, nth)) = field.split_once('#') {
        let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth))?;
        return Some(Days::NthOf(number(day, 1..=7, &WEEKDAYS)?, nth));
    }
    match field.strip_suffix('L') {
        Some("") => Some(Days::OfWeek([7].into())),
        Some(day) => Some(Days::LastOf(number(day, 1..=7, &WEEKDAYS)?)),
        None => numbers(field, 1..=7, &WEEKDAYS).map(Days::OfWeek),
    }
}

/// `*`, `5`, `MON-FRI`, `1,3`, `*/15`, `10/20`, `0-30/10` and any list of them.
fn numbers(field: &str, all: std::ops::RangeInclusive<i16>, names: &[&str]) -> Option<BTreeSet<i16>> {
    let mut found = BTreeSet::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<usize>().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (*all.start(), *all.end()),
            Some((first, last)) => (number(first, all.clone(), names)?, number(last, all.clone(), names)?),
            // `10/20` goes on to the end of the field, `10` does not.
            None => {
                let first = number(range, all.clone(), names)?;
                (first, if step.is_some() { *all.end() } else { first })
            }
        };
        if first > last {
            return None;
        }
        found.extend((first..=last).step_by(step.unwrap_or(1)));
    }
    Some(found)
}

fn number(text: &str, all: std::ops::RangeInclusive<i16>, names: &[&str]) -> Option<i16> {
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let number = match named {
        Some(position) => i16::try_from(position).ok()? + 1,
        None => text.parse().ok()?,
    };
    all.contains(&number).then_some(number)
}

impl Cron {
    pub(super) fn runs<'a>(
        &'a self,
        zone: &'a TimeZone,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = Timestamp> + 'a {
        let first = zone.to_datetime(from).date();
        let last = zone.to_datetime(to).date();
        std::iter::successors(Some(first), |day| day.tomorrow().ok())
            .take_while(move |day| *day <= last)
            .filter(|day| self.falls_on(*day))
            .flat_map(move |day| self.times().filter_map(move |time| once(zone, day, time)))
            .filter(move |run| from < *run && *run <= to)
    }

    fn times(&self) -> impl Iterator<Item = Time> {
        self.hours.iter().flat_map(|&hour| {
            self.minutes
                .iter()
                .filter_map(move |&minute| Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok())
        })
    }

    fn falls_on(&self, day: Date) -> bool {
        self.years.contains(&day.year()) && self.months.contains(&i16::from(day.month())) && self.days.include(day)
    }
}

impl Days {
    fn include(&self, day: Date) -> bool {
        let of_month = i16::from(day.day());
        let of_week = i16::from(day.weekday().to_sunday_one_offset());
        let left = i16::from(day.days_in_month()) - of_month;
        match self {
            Self::OfMonth(days) => days.contains(&of_month),
            Self::BeforeLast(before) => left == *before,
            Self::NearestWorkingDay(wanted) => nearest_working_day(day, *wanted) == Some(day),
            Self::OfWeek(days) => days.contains(&of_week),
            Self::LastOf(wanted) => of_week == *wanted && left < 7,
            Self::NthOf(wanted, nth) => of_week == *wanted && (of_month - 1) / 7 + 1 == *nth,
        }
    }
}

fn nearest_working_day(in_month_of: Date, wanted: i16) -> Option<Date> {
    let day = Date::new(in_month_of.year(), in_month_of.month(), i8::try_from(wanted).ok()?).ok()?;
    let moved = match day.weekday() {
        Weekday::Saturday if day.day() == 1 => 2,
        Weekday::Saturday => -1,
        Weekday::Sunday if day == day.last_of_month() => -2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    day.checked_add(moved.days()).ok()
}

/// The instant of a civil time: none when spring skips it, the first when autumn repeats it.
fn once(zone: &TimeZone, day: Date, time: Time) -> Option<Timestamp> {
    let civil = zone.to_ambiguous_timestamp(day.to_datetime(time));
    match civil.offset() {
        AmbiguousOffset::Gap { .. } => None,
        _ => civil.earlier().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(expression: &str, from: &str, to: &str) -> Vec<String> {
        let cron: Cron = expression.parse().expect(expression);
        let at = |text: &str| text.parse().expect("an instant");
        let zone = TimeZone::UTC;
        let runs = cron.runs(&zone, at(from), at(to));
        runs.map(|run| zone.to_datetime(run).strftime("%m-%d %H:%M").to_string()).collect()
    }

    fn in_2026(expression: &str) -> Vec<String> {
        days(expression, "2025-12-31T23:59:59Z", "2026-12-31T23:59:59Z")
    }

    #[test]
    fn steps_lists_ranges_and_names_are_understood() {
        let a_day = |expression| days(expression, "2026-03-02T00:00:00Z", "2026-03-02T23:59:00Z");
        assert_eq!(a_day("0/20 9 * * ? *"), ["03-02 09:00", "03-02 09:20", "03-02 09:40"]);
        assert_eq!(a_day("15 8-10/2,18 ? * MON-FRI *"), ["03-02 08:15", "03-02 10:15", "03-02 18:15"]);
        assert_eq!(a_day("0 12 ? mar 2 2026"), ["03-02 12:00"]);
        assert!(a_day("0 12 ? * TUE *").is_empty());
    }

    #[test]
    fn the_last_day_of_the_month_is_found() {
        assert_eq!(in_2026("0 6 L 1-4 ? *"), ["01-31 06:00", "02-28 06:00", "03-31 06:00", "04-30 06:00"]);
        assert_eq!(in_2026("0 6 L-2 2 ? *"), ["02-26 06:00"]);
    }

    #[test]
    fn the_nearest_working_day_stays_in_its_month() {
        // 1 August 2026 is a Saturday, 15 March a Sunday, 31 May a Sunday.
        assert_eq!(in_2026("0 0 1W 8 ? *"), ["08-03 00:00"]);
        assert_eq!(in_2026("0 0 15W 3 ? *"), ["03-16 00:00"]);
        assert_eq!(in_2026("0 0 31W 5 ? *"), ["05-29 00:00"]);
        assert!(in_2026("0 0 31W 4 ? *").is_empty());
    }

    #[test]
    fn weekdays_are_counted_within_the_month() {
        assert_eq!(in_2026("0 0 ? 3 2#1 *"), ["03-02 00:00"]);
        assert_eq!(in_2026("0 0 ? 3 6L *"), ["03-27 00:00"]);
        assert_eq!(in_2026("0 0 ? 2 SUN#5 *"), Vec::<String>::new());
    }

    #[test]
    fn a_leap_day_is_kept_for_leap_years() {
        let found = days("0 0 29 2 ? *", "2026-01-01T00:00:00Z", "2033-01-01T00:00:00Z");
        assert_eq!(found, ["02-29 00:00", "02-29 00:00"]);
    }

    #[test]
    fn what_aws_refuses_is_refused() {
        for expression in [
            "0 0 * * *",
            "0 0 * * * *",
            "0 0 ? * ? *",
            "60 0 * * ? *",
            "0 24 * * ? *",
            "0 0 0 * ? *",
            "0 0 ? * 0 *",
            "0 0 ? * MON#6 *",
            "5-1 0 * * ? *",
            "*/0 0 * * ? *",
            "0 0 32W * ? *",
            "x 0 * * ? *",
        ] {
            assert!(expression.parse::<Cron>().is_err(), "{expression}");
        }
    }
}
