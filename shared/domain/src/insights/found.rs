//! An anomaly of a series, as people see it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::anomaly::{Anomaly, Driver, Kind, When};
use super::costs::CostSeries;
use super::feedback::Answer;
use super::measure::{Amount, Measure, SeriesCount};
use super::minor;
use super::rules::Rules;
use super::watch::Change;
use crate::error::Refusal;
use crate::events::Event;
use crate::ids::{AnomalyId, ClientId, SeriesId, UnitId, UserId};
use crate::invalid::Check;
use crate::money::Money;

/// What is longer over than this is no news: a first file with a year of history sends no letters about last winter.
const NEWS_DAYS: i64 = 14;
/// Where so few people-days are off, it is a holiday or an illness.
const FEWEST_PEOPLE_DAYS: f64 = 3.0;
/// Of a source that usually has a cost on fewer series a day than this, over the days on which it is silent, nothing is missing.
const FEWEST_SERIES: f64 = 0.5;
/// What money must come to before it is kept, in its smallest units: sums of less are the cents of rounding.
const LEAST_MINOR: f64 = 100.0;
/// What an anomaly of use must come to before somebody gets a letter: two weeks of one person's work.
const TELL_FROM_PEOPLE_DAYS: i64 = 10;
/// Long enough for a reason.
const LONGEST_NOTE: usize = 500;

/// Where an anomaly stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum AnomalyState {
    /// It goes on.
    Open,
    /// What came after it was usual.
    Over,
    /// By the corrected costs it is none.
    Withdrawn,
}

/// What somebody said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = AnomalyJudged))]
pub struct Judged {
    /// What.
    pub answer: Answer,
    /// Why.
    pub note: Option<String>,
    /// Who.
    pub by: UserId,
    /// When.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
}

/// As what something was told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ToldAs {
    /// What it was then.
    pub kind: Kind,
    /// What it came to.
    pub excess: Amount,
}

/// What drives an anomaly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CostDriver {
    /// Which sub account.
    pub account: String,
    /// How much more than on the same days of the week before, on the day on which it was the most: on the anomaly's side, and at
    /// most what that comes to.
    pub excess: Money,
    /// Its share of what was off on its side, in percent.
    pub share_percent: i64,
}

/// An anomaly of a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostAnomaly {
    /// Which; made of the series and its first day, as that was when it was found.
    pub id: AnomalyId,
    /// In which series.
    pub series: SeriesId,
    /// Whose costs.
    pub client: ClientId,
    /// Where they come from.
    pub source: String,
    /// For what.
    pub service: String,
    /// In which department.
    pub unit: Option<UnitId>,
    /// Where it stands.
    pub state: AnomalyState,
    /// What is unusual.
    pub kind: Kind,
    /// Its first day.
    pub onset: Date,
    /// Its last day so far.
    pub last: Date,
    /// How many days belong to it.
    pub days: u64,
    /// The most unusual day's cost, or use.
    pub actual: Amount,
    /// What was expected of that day.
    pub expected: Amount,
    /// The least that would have been usual.
    pub low: Amount,
    /// The most that would have been usual.
    pub high: Amount,
    /// How much more than expected all its days came to; negative for less. Of use, in people-days. A level shift and a drift
    /// are beside what was expected before they began, up to the day on which they had become the usual. Of missing data
    /// nothing: nobody knows what these days came to.
    pub excess: Amount,
    /// How much more a month comes to from now on, of a level shift or a drift that did not go back; of a drift once some days
    /// carry it.
    #[serde(default)]
    pub monthly: Option<Amount>,
    /// How unusual the most unusual day is; 1 is the line.
    pub score: f64,
    /// What drives it; none where the files name no sub accounts.
    pub driver: Option<CostDriver>,
    /// A plain sentence.
    pub sentence: String,
    /// What somebody said of it.
    pub judged: Option<Judged>,
    /// Whether somebody got a letter.
    pub told: bool,
    /// As what the last letter told it; none where nobody got one, and of what was told before this was noted.
    #[serde(default)]
    pub told_as: Option<ToldAs>,
    /// Whether it is as large as one of which somebody said that it was expected, or less while it goes on: it is kept, and
    /// nobody gets a letter.
    #[serde(default)]
    pub like_expected: bool,
    /// What it came to when somebody answered it, or was told since that it had grown; none of what nobody has answered.
    #[serde(default)]
    pub answered: Option<Amount>,
    /// Whether it was told again since the answer, for it had come to twice as much: it can be answered again.
    #[serde(default)]
    pub grown: bool,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl CostAnomaly {
    /// Whether it was told as something that would pass, and drifts by now, at twice as much or more.
    fn has_become_a_drift(&self) -> bool {
        let told = self.told_as.filter(|told| told.kind != Kind::Drift && self.kind == Kind::Drift);
        told.is_some_and(|told| self.excess.has_outgrown(told.excess))
    }

    /// Its series after it was found like this: of what is over and was answered as expected it remembers what it came to in the
    /// end. What was told since that it had grown waits for another answer.
    #[must_use]
    pub fn remembered(&self, series: CostSeries, now: Timestamp) -> CostSeries {
        let is_expected = self.judged.as_ref().is_some_and(|judged| judged.answer == Answer::Expected) && !self.grown;
        match self.answered {
            Some(then) if is_expected && self.state == AnomalyState::Over => series.came_to(then, self.excess, now),
            _ => series,
        }
    }
}

/// What an anomaly is found with.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    /// Its id.
    pub id: AnomalyId,
    /// Its series.
    pub series: &'a CostSeries,
    /// The name of the series' department.
    pub department: Option<&'a str>,
    /// The rules that hold.
    pub rules: &'a Rules,
    /// The day, where the MSP is.
    pub today: Date,
    /// When.
    pub now: Timestamp,
}

impl Finding<'_> {
    /// What is to be kept of an anomaly and told, given what is known of it. Nothing when nothing changed.
    ///
    /// # Errors
    /// [`Refusal`]: amounts that are too large.
    pub fn of(
        &self,
        onset: Date,
        change: Change,
        before: Option<CostAnomaly>,
    ) -> Result<Option<(CostAnomaly, Option<Event>)>, Refusal> {
        let after = match (change, &before) {
            (Change::Withdrawn, None) => return Ok(None),
            // What somebody has answered stays as they saw it; but it does not go on.
            (Change::Withdrawn, Some(known)) if known.judged.is_some() => {
                CostAnomaly { state: AnomalyState::Over, ..known.clone() }
            }
            (Change::Withdrawn, Some(known)) => CostAnomaly { state: AnomalyState::Withdrawn, ..known.clone() },
            // What a few people or cents come to happens every week: it is kept once it has come to more.
            (Change::Is { anomaly, .. }, None) if self.is_little(&anomaly) => return Ok(None),
            (Change::Is { anomaly, last, over, driver }, known) => {
                self.seen(onset, &anomaly, (last, over), driver, known.as_ref())
            }
        };
        let wanted = match after.answered {
            Some(answered) => after.excess.has_outgrown(answered),
            None => !after.told || after.has_become_a_drift(),
        };
        let silent = after.state == AnomalyState::Withdrawn || after.like_expected;
        let news = wanted && !silent && self.is_news(&after)?;
        let grown = news && after.answered.is_some();
        let answered = if grown { Some(after.excess) } else { after.answered };
        let told_as = if news { Some(ToldAs { kind: after.kind, excess: after.excess }) } else { after.told_as };
        let after = CostAnomaly { told: after.told || news, told_as, answered, grown: after.grown || grown, ..after };
        if before.as_ref() == Some(&after) {
            return Ok(None);
        }
        let event = news.then(|| Event::AnomalyFound {
            anomaly: after.id,
            client: after.client,
            sentence: after.sentence.clone(),
            excess: after.excess,
        });
        Ok(Some((CostAnomaly { updated_at: self.now, ..after }, event)))
    }

    fn seen(
        &self,
        onset: Date,
        anomaly: &Anomaly,
        (last, over): (Date, bool),
        driver: Option<Driver<String>>,
        known: Option<&CostAnomaly>,
    ) -> CostAnomaly {
        let CostSeries { id: series, client, source, service, unit, measure, .. } = self.series.clone();
        let amount = |value: f64| measure.amount(value);
        let state = if over { AnomalyState::Over } else { AnomalyState::Open };
        let sentence = match measure {
            Measure::Series => silent(&source, amount(anomaly.outlook.expected), onset, last, over),
            _ => {
                let what = format!("{} ({source})", self.series.label(self.department));
                let when = when(onset, last, over);
                anomaly.sentence(&what, &when, |value| amount(value).to_string(), |value| measure.apart(value))
            }
        };
        let excess = if anomaly.kind == Kind::Missing { 0.0 } else { anomaly.more() };
        let driver = driver.and_then(|driver| driven(driver, measure));
        let earlier = known.and_then(|known| known.driver.clone());
        let driver = most([driver, earlier], amount(excess));
        CostAnomaly {
            id: self.id,
            series,
            client,
            source,
            service,
            unit,
            state,
            kind: anomaly.kind,
            onset,
            last,
            days: anomaly.points as u64,
            actual: amount(anomaly.actual),
            expected: amount(anomaly.outlook.expected),
            low: amount(anomaly.outlook.low),
            high: amount(anomaly.outlook.high),
            excess: amount(excess),
            monthly: anomaly.monthly().map(amount),
            score: anomaly.score,
            driver,
            sentence,
            judged: known.and_then(|known| known.judged.clone()),
            told: known.is_some_and(|known| known.told),
            told_as: known.and_then(|known| known.told_as),
            // What goes on may still come to as much: over more than one day it is less at first.
            like_expected: self.series.expects(amount(excess)) || (!over && self.series.may_expect(amount(excess))),
            // What was answered before this was noted was answered as it is known.
            answered: known.and_then(|known| known.answered.or(known.judged.as_ref().map(|_| known.excess))),
            grown: known.is_some_and(|known| known.grown),
            found_at: known.map_or(self.now, |known| known.found_at),
            updated_at: known.map_or(self.now, |known| known.updated_at),
        }
    }

    /// Whether it is of a few people's days, of less than a hundred of the smallest units of its currency, or of days on which a
    /// source usually has no cost anyway.
    fn is_little(&self, anomaly: &Anomaly) -> bool {
        let least = match self.series.measure {
            Measure::People => FEWEST_PEOPLE_DAYS,
            Measure::Money(_) => LEAST_MINOR,
            Measure::Series => FEWEST_SERIES * anomaly.points as f64,
        };
        anomaly.more().abs() < least
    }

    /// Whether it comes to enough for a letter, while it is news. Of a source that is silent one
    /// goes out at once.
    fn is_news(&self, anomaly: &CostAnomaly) -> Result<bool, Refusal> {
        let enough = match anomaly.excess {
            Amount::Money(excess) => {
                excess.minor().abs() >= Money::rounded(self.rules.tell_from, excess.currency())?.minor()
            }
            Amount::People(excess) => excess.people.abs() >= TELL_FROM_PEOPLE_DAYS.into(),
            Amount::Series(_) => true,
        };
        Ok(enough && anomaly.last.saturating_add(NEWS_DAYS.days()) >= self.today)
    }
}

fn driven(driver: Driver<String>, measure: Measure) -> Option<CostDriver> {
    let excess = measure.amount(driver.excess).money()?;
    Some(CostDriver { account: driver.name, excess, share_percent: minor(driver.share_percent) })
}

/// Of what drives an anomaly the one that is the most, the last of equals: on the side of all of it, and no more than all of it.
fn most(drivers: [Option<CostDriver>; 2], excess: Amount) -> Option<CostDriver> {
    let whole = excess.money()?;
    let all = drivers.into_iter().flatten().filter(|driver| Amount::Money(driver.excess).is_beside(excess));
    let most = all.max_by_key(|driver| driver.excess.minor().unsigned_abs())?;
    let more = most.excess.minor().unsigned_abs() > whole.minor().unsigned_abs();
    Some(if more { CostDriver { excess: whole, ..most } } else { most })
}

fn long(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// When it was, in a sentence.
fn when(onset: Date, last: Date, over: bool) -> When {
    let (first, last_day) = (long(onset), long(last));
    let days = match (onset == last, over) {
        (true, _) => format!("on {first}"),
        (false, true) => format!("from {first} to {last_day}"),
        (false, false) => format!("since {first}"),
    };
    When { days, first, last: last_day, over }
}

/// That no file comes, in a sentence; `usual` is how many series usually have a cost.
fn silent(source: &str, usual: Amount, onset: Date, last: Date, over: bool) -> String {
    let one = usual == Amount::Series(SeriesCount { series: 1 });
    let tells = if over { "told" } else { "tells" };
    let are = match (over, one) {
        (true, true) => "was",
        (true, false) => "were",
        (false, true) => "is",
        (false, false) => "are",
    };
    let days = match (onset == last, over) {
        (true, _) => format!("of {}", long(onset)),
        (false, true) => format!("of the days from {} to {}", long(onset), long(last)),
        (false, false) => format!("of any day since {}", long(onset)),
    };
    let silent = match usual {
        // The first of these days is one on which there usually is no cost; those after it are not.
        Amount::Series(SeriesCount { series: 0 }) => String::new(),
        usual => format!("; {usual} {are} silent"),
    };
    format!("{source}: no file {tells} {days}{silent}.")
}

impl Judged {
    /// Whether it can be said of what was answered like this before.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when somebody has said so already, [`Refusal::Invalid`] for a note that is too long.
    pub fn first(&self, before: Option<&Judged>) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.optional_line("/note", self.note.as_deref().unwrap_or_default(), LONGEST_NOTE);
        check.done()?;
        if before.is_some() {
            let detail = "Somebody has answered this already, and it was taken into account.";
            return Err(Refusal::conflict("anomaly_judged", detail));
        }
        Ok(())
    }
}

/// Which of these anomalies are known ones that begin on another day by now: the day, and the one on which each began before. They
/// have days of it, on the same side. `known` gives what is known of the one that begins on a day.
pub fn moved<'a>(
    measure: Measure,
    changes: &BTreeMap<Date, Change>,
    known: impl Fn(Date) -> Option<&'a CostAnomaly>,
) -> Vec<(Date, Date)> {
    let there = |onset: Date| known(onset).filter(|known| known.state != AnomalyState::Withdrawn);
    let gone = changes.iter().filter(|(_, change)| matches!(change, Change::Withdrawn));
    let mut gone: BTreeMap<Date, &CostAnomaly> = gone.filter_map(|(onset, _)| Some((*onset, there(*onset)?))).collect();
    let mut moved = Vec::new();
    for (onset, change) in changes {
        let Change::Is { anomaly, last, .. } = change else { continue };
        if there(*onset).is_some() {
            continue;
        }
        let excess = measure.amount(anomaly.more());
        let is_it = |known: &CostAnomaly| {
            let both_missing = anomaly.kind == Kind::Missing && known.kind == Kind::Missing;
            known.onset <= *last && *onset <= known.last && (both_missing || excess.is_beside(known.excess))
        };
        if let Some(before) = gone.iter().find(|(_, known)| is_it(known)).map(|(before, _)| *before) {
            gone.remove(&before);
            moved.push((*onset, before));
        }
    }
    moved
}

/// Somebody says what they think of it: once, and again when it was told that it had grown since.
///
/// # Errors
/// As [`Judged::first`].
pub fn judge(anomaly: CostAnomaly, judged: Judged) -> Result<CostAnomaly, Refusal> {
    judged.first(anomaly.judged.as_ref().filter(|_| !anomaly.grown))?;
    let answered = Some(anomaly.excess);
    Ok(CostAnomaly { updated_at: judged.at, judged: Some(judged), answered, grown: false, ..anomaly })
}
