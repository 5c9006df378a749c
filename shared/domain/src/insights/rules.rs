//! How anomalies are looked for: what is set for a tenant, a client, a series; and what a client has announced.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::costs::{CostSeries, is_of_steward};
use super::days_between;
use super::feedback::{KnownEvent, Sensitivity};
use super::measure::Measure;
use super::model::{Method, Settings};
use super::tuning::Tuning;
use crate::error::Refusal;
use crate::ids::{ClientId, KnownEventId, UnitId, UserId};
use crate::invalid::Check;
use crate::money::Money;

/// Days after which a day's costs are taken to be complete, where nobody has set it: clouds send their last records a day
/// late.
const SETTLE_DAYS: u8 = 2;
/// Days after which a day of which no file tells is missing, where nobody has set it and files come each day.
const MISSING_AFTER_DAYS: u8 = 5;
/// What an anomaly must come to before somebody gets a letter, where nobody has set it, in the smallest units of its currency: 10
/// euros, 1,000 yen. What these are worth nobody knows here; how small they are its decimal places say.
const TELL_FROM_MINOR: i64 = 1_000;
/// Longest time that costs may take to come: a month's file that comes two weeks after its end.
pub const MOST_DAYS_LATE: u8 = 60;
/// Rules that give costs a department live in the client's settings, which must stay small.
pub const MOST_UNIT_RULES: usize = 200;
/// Long enough for a sub account's number, or a tag and its value.
pub const LONGEST_TAG: usize = 120;
/// Events that a client may have announced for the last two years and for days to come.
pub const MOST_KNOWN: usize = 200;
/// Longest known event, in days: what goes on longer is the usual.
pub const LONGEST_KNOWN_DAYS: i64 = 366;

/// What of a file's row gives its cost a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UnitRule {
    /// The tag whose value is looked at; the id or name of the sub account when absent.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 120))]
    pub tag: Option<String>,
    /// The value.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 120))]
    pub value: String,
    /// The client's department.
    pub unit: UnitId,
}

/// What is set for a tenant, or for a client; what is not set is as it is for the tenant, or as everybody starts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InsightSettings {
    /// For this client; for the tenant when absent.
    #[serde(default)]
    pub client: Option<ClientId>,
    /// How series are looked at.
    #[serde(default)]
    pub tuning: Tuning,
    /// Days after which a day's costs are complete.
    #[serde(default)]
    pub settle_days: Option<u8>,
    /// Days after which a day of which no file tells is missing.
    #[serde(default)]
    pub missing_after_days: Option<u8>,
    /// What an anomaly must come to before somebody gets a letter, in major units of the series' currency.
    #[serde(default)]
    pub tell_from: Option<Decimal>,
    /// What gives costs a department, the first that fits; of a client only.
    #[serde(default)]
    pub units: Vec<UnitRule>,
    /// When they last changed; none as long as nobody has set them.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

impl InsightSettings {
    /// As everybody starts.
    pub fn new(client: Option<ClientId>) -> Self {
        InsightSettings { client, ..Self::default() }
    }

    /// Whether they can be: `units` are the client's departments.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with every fault.
    pub fn check(&self, units: &[UnitId]) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.part("", self.tuning.check());
        for (field, days) in [("/settle_days", self.settle_days), ("/missing_after_days", self.missing_after_days)] {
            let fits = days.is_none_or(|days| days <= MOST_DAYS_LATE);
            check.that(fits, field, "range", "must be at most 60 days");
        }
        let positive = self.tell_from.is_none_or(|amount| !amount.is_sign_negative());
        check.that(positive, "/tell_from", "range", "must not be less than nothing");
        check.count("/units", self.units.len(), MOST_UNIT_RULES);
        if self.client.is_none() && !self.units.is_empty() {
            check.fault("/units", "of_a_client", "are a client's departments; give them with ?client=");
        }
        for (at, rule) in self.units.iter().enumerate() {
            check.line(&format!("/units/{at}/value"), &rule.value, LONGEST_TAG);
            if let Some(tag) = &rule.tag {
                check.line(&format!("/units/{at}/tag"), tag, LONGEST_TAG);
            }
            if self.client.is_some() && !units.contains(&rule.unit) {
                check.fault(format!("/units/{at}/unit"), "unknown", "names no department of this client; check the id");
            }
        }
        check.done()
    }
}

/// What a day is of which nobody told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untold {
    /// It came to nothing: of what Steward itself tells.
    Nothing,
    /// Nobody knows: of a series of files. It says something about its source, and nothing about the series.
    Gap,
    /// It is missing: of a source of files itself, where nothing else is unusual.
    Missing,
}

/// The rules that hold for a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// How values are judged.
    pub settings: Settings,
    /// Days after which a day's costs are complete.
    pub settle_days: u8,
    /// Days after which a day of which no file tells is missing, never before it would be complete. Of a source whose files
    /// come less often so many more as [`super::rhythm::Rhythm::spare`] says.
    pub missing_after_days: u8,
    /// What a day is of which nobody told.
    pub untold: Untold,
    /// What an anomaly must come to before somebody gets a letter, in major units; of what is no money nothing.
    pub tell_from: Decimal,
}

impl Rules {
    /// What holds for a series: it says first, then its client, then its tenant. What people answered is a factor beside it.
    pub fn of(tenant: &InsightSettings, client: &InsightSettings, series: &CostSeries) -> Self {
        let tuning = series.tuning.or(client.tuning).or(tenant.tuning);
        let sensitivity = Sensitivity::from(tuning.sensitivity.unwrap_or(1.0) * series.feedback.get());
        let settle_days = client.settle_days.or(tenant.settle_days).unwrap_or(SETTLE_DAYS);
        let currency = series.measure.currency();
        let at_first = currency.map_or(Decimal::ZERO, |currency| Money::new(TELL_FROM_MINOR, currency).major());
        let missing = client.missing_after_days.or(tenant.missing_after_days).unwrap_or(MISSING_AFTER_DAYS);
        Rules {
            settings: Settings { method: tuning.method.unwrap_or(Method::Seasonal), sensitivity },
            settle_days,
            missing_after_days: missing.max(settle_days),
            untold: match series.measure {
                Measure::Series => Untold::Missing,
                _ if is_of_steward(&series.source) => Untold::Nothing,
                _ => Untold::Gap,
            },
            tell_from: client.tell_from.or(tenant.tell_from).unwrap_or(at_first),
        }
    }
}

/// Something that somebody announced at a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Which.
    pub id: KnownEventId,
    /// At which client.
    pub client: ClientId,
    /// When, and what.
    pub event: KnownEvent,
    /// Who said so.
    pub by: UserId,
    /// When they did.
    pub at: Timestamp,
}

impl Announced {
    /// Whether it can be.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: it ends before it begins, goes on for more than a year, or says no reason.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.line("/why", &self.event.why, LONGEST_TAG);
        check.that(self.event.from <= self.event.to, "/to", "order", "must not be before `from`");
        let days = days_between(self.event.from, self.event.to);
        check.that(days <= LONGEST_KNOWN_DAYS, "/to", "range", "must be at most a year after `from`");
        check.done()
    }
}
