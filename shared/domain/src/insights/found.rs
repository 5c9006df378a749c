//! An anomaly of a series of costs, as people see it.

use iso_currency::Currency;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::anomaly::{Anomaly, Driver, Kind};
use super::costs::CostSeries;
use super::feedback::Answer;
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

/// What drives an anomaly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CostDriver {
    /// Which sub account.
    pub account: String,
    /// How much more than usual it came to, on the day on which it was the most.
    pub excess: Money,
    /// Its share of what was off on its side, in percent.
    pub share_percent: i64,
}

/// An anomaly of a series of costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostAnomaly {
    /// Which; made of the series and its first day.
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
    /// The most unusual day's cost.
    pub actual: Money,
    /// What was expected of that day.
    pub expected: Money,
    /// The least that would have been usual.
    pub low: Money,
    /// The most that would have been usual.
    pub high: Money,
    /// How much more than expected all its days came to; negative for less.
    pub excess: Money,
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
    /// When it was found.
    pub found_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
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
            // What somebody has answered stays as they saw it.
            (Change::Withdrawn, Some(known)) if known.judged.is_some() => return Ok(None),
            (Change::Withdrawn, Some(known)) => CostAnomaly { state: AnomalyState::Withdrawn, ..known.clone() },
            (Change::Is { anomaly, last, over, driver }, known) => {
                self.seen(onset, &anomaly, (last, over), driver, known.as_ref())
            }
        };
        let news = after.state != AnomalyState::Withdrawn && !after.told && self.is_news(&after)?;
        let after = CostAnomaly { told: after.told || news, ..after };
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
        let CostSeries { id: series, client, source, service, unit, currency, .. } = self.series.clone();
        let money = |amount: f64| Money::new(minor(amount), currency);
        let state = if over { AnomalyState::Over } else { AnomalyState::Open };
        let what = format!("{} ({source})", self.series.label(self.department));
        let sentence = anomaly.sentence(&what, &when(onset, last, over), |amount| money(amount).to_string());
        let driver = driver.map(|driver| driven(driver, currency));
        let earlier = known.and_then(|known| known.driver.clone());
        let driver = match (earlier, driver) {
            (Some(earlier), Some(now)) if earlier.excess.minor().abs() >= now.excess.minor().abs() => Some(earlier),
            (earlier, now) => now.or(earlier),
        };
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
            actual: money(anomaly.actual),
            expected: money(anomaly.outlook.expected),
            low: money(anomaly.outlook.low),
            high: money(anomaly.outlook.high),
            excess: money(anomaly.excess),
            score: anomaly.score,
            driver,
            sentence,
            judged: known.and_then(|known| known.judged.clone()),
            told: known.is_some_and(|known| known.told),
            found_at: known.map_or(self.now, |known| known.found_at),
            updated_at: known.map_or(self.now, |known| known.updated_at),
        }
    }

    /// Whether somebody is to get a letter: once, when it comes to enough, while it is news. Of missing data nobody gets one:
    /// a file that does not come is missing in each of its series.
    fn is_news(&self, anomaly: &CostAnomaly) -> Result<bool, Refusal> {
        let from = Money::rounded(self.rules.tell_from, anomaly.excess.currency())?;
        let recent = anomaly.last.saturating_add(NEWS_DAYS.days()) >= self.today;
        Ok(recent && anomaly.kind != Kind::Missing && anomaly.excess.minor().abs() >= from.minor())
    }
}

fn driven(driver: Driver<String>, currency: Currency) -> CostDriver {
    CostDriver {
        account: driver.name,
        excess: Money::new(minor(driver.excess), currency),
        share_percent: minor(driver.share_percent),
    }
}

/// When it was, in a sentence.
fn when(onset: Date, last: Date, over: bool) -> String {
    let long = |day: Date| day.strftime("%-d %B %Y").to_string();
    match (onset == last, over) {
        (true, _) => format!("on {}", long(onset)),
        (false, true) => format!("from {} to {}", long(onset), long(last)),
        (false, false) => format!("since {}", long(onset)),
    }
}

/// Somebody says what they think of it.
///
/// # Errors
/// [`Refusal::Conflict`] when somebody has said so already, [`Refusal::Invalid`] for a note that is too long.
pub fn judge(anomaly: CostAnomaly, judged: Judged) -> Result<CostAnomaly, Refusal> {
    let mut check = Check::new();
    check.optional_line("/note", judged.note.as_deref().unwrap_or_default(), LONGEST_NOTE);
    check.done()?;
    if anomaly.judged.is_some() {
        return Err(Refusal::conflict(
            "anomaly_judged",
            "Somebody has answered this already, and it was taken into account.",
        ));
    }
    Ok(CostAnomaly { updated_at: judged.at, judged: Some(judged), ..anomaly })
}
