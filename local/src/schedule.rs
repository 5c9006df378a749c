//! When schedules run: EventBridge Scheduler's `rate(…)` and `cron(…)` in a zone, as instants.
//! Pure, so that a clock moved by a year runs that year's schedules in their order.
//!
//! A parser of ours: `cron` and `croner` bring chrono beside jiff, and AWS's dialect is its own
//! (one of the two day fields is `?`, Sunday is 1, six fields end with the year). The rules are those of the Scheduler's user guide, "Schedule types": in
//! spring a local time that does not exist is skipped, in autumn one that occurs twice runs once.

mod cron;

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use cron::Cron;

/// How many runs one move of the clock may cause: half a year of a job every 15 minutes. Further
/// goes in several moves, each of which somebody waits for.
pub const MAX_RUNS_PER_MOVE: usize = 20_000;

/// A schedule's expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// Every so often, counted from the Unix epoch so that a restart does not shift it.
    Rate(SignedDuration),
    /// At civil times.
    Cron(Cron),
}

/// An expression in its zone.
#[derive(Clone, Debug)]
pub struct Schedule {
    expression: Expression,
    zone: TimeZone,
}

/// Why an expression or a zone was refused, in words for the one who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub(crate) String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// A move of the clock that would run more than [`MAX_RUNS_PER_MOVE`] schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyRuns {
    /// The last instant to which the clock can be moved in one go.
    pub until: Timestamp,
}

impl fmt::Display for TooManyRuns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { until } = self;
        write!(f, "that would run more than {MAX_RUNS_PER_MOVE} schedules; move to {until} first")
    }
}

impl std::error::Error for TooManyRuns {}

impl FromStr for Expression {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let inside = |kind: &str| text.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(rate) = inside("rate") {
            return parse_rate(rate).map(Self::Rate);
        }
        if let Some(cron) = inside("cron") {
            return cron.parse().map(Self::Cron);
        }
        Err(Refused(format!("`{text}` is neither rate(…) nor cron(…)")))
    }
}

fn parse_rate(text: &str) -> Result<SignedDuration, Refused> {
    let refused = || Refused(format!("`rate({text})`: write e.g. rate(15 minutes)"));
    let (number, unit) = text.trim().split_once(' ').ok_or_else(refused)?;
    let number: i64 = number.parse().ok().filter(|number| *number > 0).ok_or_else(refused)?;
    let unit_seconds = match unit.trim() {
        "minute" | "minutes" => 60,
        "hour" | "hours" => 60 * 60,
        "day" | "days" => 24 * 60 * 60,
        _ => return Err(refused()),
    };
    number.checked_mul(unit_seconds).map(SignedDuration::from_secs).ok_or_else(refused)
}

impl Schedule {
    /// Parses an expression and finds its zone, e.g. `cron(30 0 * * ? *)` in `Europe/Berlin`.
    ///
    /// # Errors
    /// When either is not understood.
    pub fn new(expression: &str, zone: &str) -> Result<Self, Refused> {
        let zone = TimeZone::get(zone).map_err(|error| Refused(error.to_string()))?;
        Ok(Self { expression: expression.parse()?, zone })
    }

    /// The instants in (`from`, `to`] at which this runs, in order. Lazy: take what you need.
    pub fn runs(&self, from: Timestamp, to: Timestamp) -> Box<dyn Iterator<Item = Timestamp> + '_> {
        match &self.expression {
            Expression::Rate(every) => Box::new(rate_runs(*every, from, to)),
            Expression::Cron(cron) => Box::new(cron.runs(&self.zone, from, to)),
        }
    }
}

fn rate_runs(every: SignedDuration, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Timestamp> {
    let every = every.as_secs();
    let next = (from.as_second().div_euclid(every) + 1).saturating_mul(every);
    let first = Timestamp::from_second(next).ok();
    std::iter::successors(first, move |run| Timestamp::from_second(run.as_second() + every).ok())
        .take_while(move |run| *run <= to)
}

/// Everything due in (`from`, `to`], in order of time; at one instant, in the order given.
///
/// # Errors
/// When it is more than [`MAX_RUNS_PER_MOVE`].
pub fn due<K: Clone>(
    schedules: &[(K, Schedule)],
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(Timestamp, K)>, TooManyRuns> {
    let mut due: Vec<(Timestamp, usize)> = Vec::new();
    for (position, (_, schedule)) in schedules.iter().enumerate() {
        // One more than allowed from each is enough to know.
        let runs = schedule.runs(from, to).take(MAX_RUNS_PER_MOVE + 1);
        due.extend(runs.map(|run| (run, position)));
    }
    due.sort_unstable();
    if let Some((first_too_many, _)) = due.get(MAX_RUNS_PER_MOVE) {
        let until = first_too_many.saturating_sub(SignedDuration::from_secs(1));
        return Err(TooManyRuns { until: until.unwrap_or(from) });
    }
    Ok(due.into_iter().map(|(run, position)| (run, schedules[position].0.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn runs(expression: &str, zone: &str, from: &str, to: &str) -> Vec<String> {
        let schedule = Schedule::new(expression, zone).expect("a schedule");
        schedule.runs(at(from), at(to)).map(|run| run.to_string()).collect()
    }

    #[test]
    fn a_rate_runs_on_its_own_grid_whenever_the_stack_was_started() {
        let expected = ["2026-03-01T10:15:00Z", "2026-03-01T10:30:00Z"];
        let every = "rate(15 minutes)";
        assert_eq!(runs(every, "UTC", "2026-03-01T10:00:00Z", "2026-03-01T10:44:59Z"), expected);
        assert_eq!(runs(every, "UTC", "2026-03-01T10:07:31Z", "2026-03-01T10:30:00Z"), expected);
    }

    #[test]
    fn the_window_is_open_at_its_start_and_closed_at_its_end() {
        let daily = "cron(30 0 * * ? *)";
        let expected = ["2026-03-02T00:30:00Z"];
        assert_eq!(runs(daily, "UTC", "2026-03-01T00:30:00Z", "2026-03-02T00:30:00Z"), expected);
    }

    #[test]
    fn a_local_time_skipped_in_spring_does_not_run() {
        let found = runs("cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z");
        assert_eq!(found, ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"]);
    }

    #[test]
    fn a_local_time_that_occurs_twice_in_autumn_runs_the_first_time() {
        let found = runs("cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
        assert_eq!(found, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    }

    #[test]
    fn what_is_due_comes_in_order_of_time_whoever_it_is() {
        let schedule = |text| Schedule::new(text, "UTC").expect("a schedule");
        let schedules = [("daily", schedule("cron(0 11 * * ? *)")), ("scan", schedule("rate(30 minutes)"))];
        let due = due(&schedules, at("2026-03-01T10:00:00Z"), at("2026-03-01T11:30:00Z")).expect("due");
        let names: Vec<_> = due.iter().map(|(_, name)| *name).collect();
        assert_eq!(names, ["scan", "daily", "scan", "scan"]);
    }

    #[test]
    fn a_move_too_far_is_refused_with_how_far_it_may_go() {
        let schedules = [("scan", Schedule::new("rate(1 minute)", "UTC").expect("a schedule"))];
        let from = at("2026-01-01T00:00:00Z");
        let refused = due(&schedules, from, at("2036-01-01T00:00:00Z")).expect_err("too far");
        assert_eq!(due(&schedules, from, refused.until).expect("as far as it said").len(), MAX_RUNS_PER_MOVE);
    }

    #[test]
    fn what_is_no_schedule_is_refused_in_words() {
        for text in ["rate(0 minutes)", "rate(15)", "rate(1 fortnight)", "at(2026-01-01T00:00:00)", ""] {
            let refused = Schedule::new(text, "UTC").expect_err(text);
            assert!(refused.to_string().contains('('), "{refused}");
        }
        assert!(Schedule::new("rate(1 day)", "Europe/Atlantis").is_err());
    }
}
