//! A series of a client's days: one service of one source in one department, in one currency, or what people use of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::days_between;
use super::feedback::{Answer, Sensitivity};
use super::measure::{Amount, Measure};
use super::tuning::Tuning;
use crate::error::Refusal;
use crate::ids::{ClientId, SeriesId, UnitId};
use crate::invalid::Check;
use crate::outcome::Outcome;

/// Long enough for a provider's account or subscription: a source is part of a key.
pub const LONGEST_SOURCE: usize = 40;
/// Long enough for every service that the large clouds sell.
pub const LONGEST_SERVICE: usize = 120;
/// Parts of a day's cost that are kept by name; the smaller ones are one part. They tell what drove an anomaly.
pub const MOST_PARTS: usize = 8;
/// Answers `expected` whose amounts a series remembers: a year of monthly fees.
const MOST_EXPECTED: usize = 12;
/// Days between the first and the last one of a file of which it may not tell, the newest ones: of earlier ones it says that they
/// came to nothing.
pub const MOST_UNTOLD: usize = 31;
/// Weeks before a day, and behind it, that say what is usual on such a day.
const WEEKS_ALIKE: i64 = 4;
/// Fewer of their days say nothing.
const FEWEST_ALIKE: usize = 2;
/// The name of what is beyond [`MOST_PARTS`].
pub const OTHERS: &str = "(others)";

/// The source of what the MSP billed.
pub const INVOICES: &str = "invoices";
/// The source of what licences cost by their terms.
pub const LICENCES: &str = "licences";
/// The source of how many people use something.
pub const USE: &str = "use";
/// What no file can be the source of: the house tells of it itself.
pub const OWN_SOURCES: [&str; 3] = [INVOICES, LICENCES, USE];

/// What the series that a source of files is itself is called: it is for all that the source tells of.
pub const WHOLE: &str = "(all)";

/// Whether Steward itself tells of this source.
pub fn is_of_steward(source: &str) -> bool {
    OWN_SOURCES.contains(&source)
}

/// A series of daily costs, or of daily use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostSeries {
    /// Which series; made of all that follows up to the currency, so that it is the same in every file.
    pub id: SeriesId,
    /// Whose costs.
    pub client: ClientId,
    /// Where they come from: what somebody calls a billing account.
    pub source: String,
    /// For what.
    pub service: String,
    /// In which of the client's departments; none for what no rule names one for.
    pub unit: Option<UnitId>,
    /// In what.
    #[serde(rename = "currency")]
    pub measure: Measure,
    /// How it is looked at, where that differs from the client's other series.
    #[serde(default)]
    pub tuning: Tuning,
    /// What people's answers have made of its sensitivity: a factor beside what is set.
    #[serde(default)]
    pub feedback: Sensitivity,
    /// What anomalies came to of which somebody said that they were expected, the last ones: as much may come again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<Amount>,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What names a series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesName {
    /// Whose costs.
    pub client: ClientId,
    /// Where they come from.
    pub source: String,
    /// For what.
    pub service: String,
    /// In which department.
    pub unit: Option<UnitId>,
    /// In what: [`Measure::code`].
    pub measure: &'static str,
}

impl SeriesName {
    /// The series that a source of files is itself: how many of its series have a cost on each day. When its files do not
    /// come, this is the one in which something is missing.
    pub fn whole(client: ClientId, source: &str) -> Self {
        SeriesName {
            client,
            source: source.to_owned(),
            service: WHOLE.to_owned(),
            unit: None,
            measure: Measure::Series.code(),
        }
    }

    /// The text that the series' id is made of. A service may hold any character, so it is the last part.
    pub fn identity(&self) -> String {
        let unit = self.unit.map_or_else(|| "-".to_owned(), |unit| unit.to_string());
        format!("series#{}#{}#{unit}#{}#{}", self.client, self.source, self.measure, self.service)
    }
}

/// What a day came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCost {
    /// In minor units, negative where more was credited than charged; of a series of use, people.
    pub minor: i64,
    /// The same by sub account, at most [`MOST_PARTS`] and the others; empty where the file names none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, i64>,
    /// What of `minor` is of periods that began on an earlier day, by that day: whoever tells of that day tells of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub carried: BTreeMap<Date, i64>,
}

impl DayCost {
    /// So much, of no parts.
    pub fn of(minor: i64) -> Self {
        DayCost { minor, ..DayCost::default() }
    }

    /// Whether something of it begins on the day, or nothing is carried to it.
    pub(super) fn begins(&self) -> bool {
        self.own() != 0 || self.carried.is_empty()
    }

    /// What of it is of the day itself.
    fn own(&self) -> i64 {
        self.carried.values().fold(self.minor, |own, carried| own.saturating_sub(*carried))
    }
}

/// What a day comes to when a file tells of some days: `tells` says of which. Of its own cost the day's own file tells, and of what
/// it carries of a longer period the file that tells of the period's first day. So a file of a single day takes nothing from a
/// month's fee that another one told of, in whichever order they come.
pub(super) fn told(
    day: Date,
    tells: impl Fn(Date) -> bool,
    file: Option<&DayCost>,
    before: Option<&DayCost>,
) -> Option<DayCost> {
    let tells = &tells;
    let carried = |cost: Option<&DayCost>, of_file: bool| {
        let all = cost.map(|cost| cost.carried.clone()).unwrap_or_default();
        all.into_iter().filter(move |(since, _)| tells(*since) == of_file)
    };
    let (kept, new): (Vec<_>, Vec<_>) = (carried(before, false).collect(), carried(file, true).collect());
    let own = if tells(day) { file } else { before };
    // What only carries has nothing of its own, also where it came to nothing before it carried anything.
    let carries = !kept.is_empty() || !new.is_empty();
    let own = own.filter(|cost| cost.own() != 0 || cost.carried.is_empty() && !carries);
    let carries_on = !kept.is_empty();
    if own.is_none() && kept.is_empty() && new.is_empty() {
        return None;
    }
    let carried: BTreeMap<Date, i64> = kept.into_iter().chain(new).collect();
    let minor = carried.values().fold(own.map_or(0, DayCost::own), |sum, minor| sum.saturating_add(*minor));
    let parts = own
        .or(before.filter(|before| carries_on && before.own() == 0))
        .or(file)
        .map(|cost| cost.parts.clone())
        .unwrap_or_default();
    Some(DayCost { minor, parts, carried })
}

/// What some days came to. A day that a file covers and that is not here came to nothing.
pub type Days = BTreeMap<Date, DayCost>;

/// On how many of these series each day has a cost: the days of [`SeriesName::whole`].
pub fn counted<'a>(series: impl IntoIterator<Item = &'a Days>) -> Days {
    let mut counts = Days::new();
    for day in series.into_iter().flat_map(BTreeMap::keys) {
        counts.entry(*day).or_default().minor += 1;
    }
    counts
}

/// The days between the first and the last one of a file of which it does not tell. On such a day no row of any series begins,
/// although on most such days of the week more of its series have a cost than those whose longer periods go over it. Of few series
/// all are without a row now and then: of n of them n such times within four weeks are usual. `before` says on how many series
/// there was a cost on a day before the file's first one, if anybody told of it.
pub fn untold<'a>(
    series: impl IntoIterator<Item = &'a Days>,
    (from, to): (Date, Date),
    before: impl Fn(Date) -> Option<i64>,
) -> BTreeSet<Date> {
    let (mut counts, mut begun) = (BTreeMap::<Date, i64>::new(), BTreeSet::new());
    for (day, cost) in series.into_iter().flatten() {
        *counts.entry(*day).or_default() += 1;
        if cost.begins() {
            begun.insert(*day);
        }
        // What a period began with may have been taken back on its first day; its other days are told by that one.
        begun.extend(cost.carried.keys().copied());
    }
    let count = |day: Date| counts.get(&day).copied().unwrap_or_default();
    let known = |day: Date| if day < from { before(day) } else { (day <= to).then(|| count(day)) };
    let more_than_on = |day: Date| {
        let weeks = (-WEEKS_ALIKE..=WEEKS_ALIKE).filter(|weeks| *weeks != 0);
        let alike = weeks.filter_map(|weeks| day.checked_add(weeks.weeks()).ok());
        let mut usual: Vec<i64> = alike.filter_map(known).collect();
        usual.sort_unstable();
        let middle = usual.get(usual.len().checked_sub(FEWEST_ALIKE).map(|_| (usual.len() - 1) / 2)?)?;
        Some(middle - count(day)).filter(|more| *more > 0)
    };
    let between = from.series(1.day()).take_while(|day| *day < to).filter(|day| !begun.contains(day));
    let without: BTreeMap<Date, i64> = between.filter_map(|day| Some((day, more_than_on(day)?))).collect();
    let begins = |day: &&Date| day.yesterday().is_ok_and(|before| !without.contains_key(&before));
    let times: Vec<Date> = without.keys().filter(begins).copied().collect();
    let times_near = |day: Date| {
        let near = times.iter().filter(|begin| days_between(**begin, day).abs() <= 7 * WEEKS_ALIKE).count();
        i64::try_from(near).unwrap_or(i64::MAX)
    };
    let rare = without.iter().filter(|(day, more)| times_near(**day) <= **more).map(|(day, _)| *day);
    rare.rev().take(MOST_UNTOLD).collect()
}

impl CostSeries {
    /// A series that was not seen before.
    pub fn new(id: SeriesId, name: &SeriesName, measure: Measure, now: Timestamp) -> Self {
        CostSeries {
            id,
            client: name.client,
            source: name.source.clone(),
            service: name.service.clone(),
            unit: name.unit,
            measure,
            tuning: Tuning::default(),
            feedback: Sensitivity::default(),
            expected: Vec::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// Looked at in another way.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] as [`Tuning::check`] says.
    pub fn tuned(self, tuning: Tuning, now: Timestamp) -> Result<Outcome<Self>, Refusal> {
        tuning.check()?;
        if tuning == self.tuning {
            return Ok(Outcome::unchanged(self));
        }
        Ok(Outcome::unchanged(CostSeries { tuning, updated_at: now, ..self }))
    }

    /// After somebody said what they think of one of its anomalies, which came to `excess`. What was expected is remembered, and
    /// what was real is expected no more.
    #[must_use]
    pub fn answered(self, answer: Answer, excess: Amount, now: Timestamp) -> Self {
        let CostSeries { feedback, mut expected, .. } = self;
        expected.retain(|known| !excess.is_like(*known));
        if answer == Answer::Expected && excess.is_like(excess) {
            expected.push(excess);
            expected.drain(..expected.len().saturating_sub(MOST_EXPECTED));
        }
        CostSeries { feedback: feedback.after(answer), expected, updated_at: now, ..self }
    }

    /// Whether somebody said of an anomaly that came to about as much that it was expected.
    pub fn expects(&self, excess: Amount) -> bool {
        self.expected.iter().any(|known| excess.is_like(*known))
    }

    /// Whether what goes on may still come to as much: it is on the same side, and less.
    pub fn may_expect(&self, excess: Amount) -> bool {
        self.expected.iter().any(|known| excess.is_less_than(*known))
    }

    /// After the end of an anomaly of which somebody said that it was expected when it came to `then`: what it came to in the
    /// end is remembered in its place.
    #[must_use]
    pub fn came_to(self, then: Amount, excess: Amount, now: Timestamp) -> Self {
        if then == excess || !excess.is_beside(then) || !self.expected.contains(&then) {
            return self;
        }
        let mut expected = self.expected;
        expected.retain(|known| *known != then && !excess.is_like(*known));
        expected.push(excess);
        CostSeries { expected, updated_at: now, ..self }
    }

    /// How people call it: the service, and the department if there is one.
    pub fn label(&self, department: Option<&str>) -> String {
        let service = &self.service;
        department.map_or_else(|| service.clone(), |department| format!("{service}, {department}"))
    }
}

/// Whether a text can name the source of a file: it is part of keys.
pub fn check_source(check: &mut Check, field: &str, source: &str) {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let long = source.chars().count();
    check.that(
        (1..=LONGEST_SOURCE).contains(&long) && source.chars().all(fits),
        field,
        "pattern",
        "must be 1 to 40 of a to z, 0 to 9 and -, such as azure-main",
    );
    check.that(
        !OWN_SOURCES.contains(&source),
        field,
        "taken",
        "must be another name: Steward tells of this one itself",
    );
}
