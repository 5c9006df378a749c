//! Looking at a series of costs day by day, from where the last look stopped.
//!
//! A day is judged once it is complete, in order, and once. When a corrected file changes a day that was judged, the series
//! is judged again from its beginning: an anomaly is named by its first day, so what is found again is the same one, and
//! what is not found any more is withdrawn. What begins on another day by the corrected ones, and has days of a known one, keeps
//! its name.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;

use super::anomaly::{Anomaly, Driver, Part, driver};
use super::costs::{self, DayCost, Days};
use super::covered::Covered;
use super::feedback::{KnownEvent, muted};
use super::rhythm::Rhythm;
use super::rules::{Rules, Untold};
use super::series::Series;
use super::spread::median;
use super::{WEEK, days_between};
use crate::ids::{ClientId, ImportId, SeriesId};

/// Days that are judged at once: what changes with them goes into one transaction.
pub const DAYS_AT_ONCE: usize = 40;
/// Days of which no file tells after which a series sleeps until one does.
const SLEEPS_AFTER_DAYS: usize = 30;
/// How far back a series is judged again.
pub const DAYS_BACK: i64 = 730;
/// Days that are judged beyond them where an anomaly that was known may have moved: the day on which it began is near.
const DAYS_TO_MEET: usize = WEEK;
/// Anomalies whose first days a series remembers.
const MOST_ONSETS: usize = 300;
/// Days before an anomaly with which its parts are compared.
pub const DAYS_COMPARED: i64 = 28;
/// Fewer of them at the same place of the week say nothing about it.
const FEWEST_ALIKE: usize = 2;

/// Where the looking stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// At which series.
    pub series: SeriesId,
    /// Whose.
    pub client: ClientId,
    /// The days that files have told of.
    pub covered: Covered,
    /// How far apart the files were.
    pub rhythm: Rhythm,
    /// The day of the model's first value; none before there is any.
    pub first: Option<Date>,
    /// The first day that is not judged.
    pub next: Option<Date>,
    /// What the days judged so far have come to.
    pub model: Series,
    /// The first day of the anomaly that goes on.
    pub open: Option<Date>,
    /// First days of the anomalies that were found, in order.
    pub onsets: BTreeSet<Date>,
    /// Days in a row, up to the last judged one, of which no file told.
    pub missing: u32,
    /// By which day an anomaly is named that begins on another one since its days were corrected. Each of two days that have
    /// changed their names has the other one's, so no two have the same.
    pub names: BTreeMap<Date, Date>,
}

/// What became of an anomaly.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It is as large as this by now, or was when it ended.
    Is {
        /// What it is.
        anomaly: Anomaly,
        /// Its last day.
        last: Date,
        /// Whether it is over.
        over: bool,
        /// What drives it most, of the days that were looked at.
        driver: Option<Driver<String>>,
    },
    /// By the corrected days it is none.
    Withdrawn,
}

/// What a look came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    /// Where it stands now.
    pub watch: Watch,
    /// Anomalies by their first days.
    pub changes: BTreeMap<Date, Change>,
    /// Days judged.
    pub days: usize,
}

impl Watch {
    /// Nothing known yet.
    pub fn new(series: SeriesId, client: ClientId) -> Self {
        Watch {
            series,
            client,
            covered: Covered::default(),
            rhythm: Rhythm::default(),
            first: None,
            next: None,
            model: Series::new(WEEK),
            open: None,
            onsets: BTreeSet::new(),
            missing: 0,
            names: BTreeMap::new(),
        }
    }

    /// The day by which the anomaly is named that begins on this one.
    pub fn name_of(&self, onset: Date) -> Date {
        self.names.get(&onset).copied().unwrap_or(onset)
    }

    /// What begins on one of these days has the name of the other one, and the other way round. Names of days that are judged no
    /// more are forgotten.
    #[must_use]
    pub fn renamed(mut self, one: Date, other: Date) -> Self {
        let (of_one, of_other) = (self.name_of(one), self.name_of(other));
        self.names.extend([(one, of_other), (other, of_one)]);
        let oldest = self.next.map_or(Date::MIN, |next| next.saturating_sub((2 * DAYS_BACK).days()));
        self.names.retain(|day, name| day != name && *day >= oldest);
        self
    }

    /// After a file told of these days: where the looking stands, and which of the days that are there change. `before` is
    /// what is known of them, and of the days behind them for as long as a period may be.
    #[must_use]
    pub fn told(
        self,
        by: ImportId,
        span: (Date, Date),
        file: &Days,
        before: &Days,
    ) -> (Self, BTreeMap<Date, Option<DayCost>>) {
        self.told_all_but(&BTreeSet::new(), by, span, file, before)
    }

    /// The same after a file that does not tell of some of these days.
    #[must_use]
    pub fn told_all_but(
        self,
        untold: &BTreeSet<Date>,
        by: ImportId,
        (from, to): (Date, Date),
        file: &Days,
        before: &Days,
    ) -> (Self, BTreeMap<Date, Option<DayCost>>) {
        let (covered, own) = self.covered.with_all_but(by, (from, to), untold);
        let own: BTreeSet<Date> = own.into_iter().collect();
        // What begins on a day to come is known, and not told: whoever tells of that day tells of it again.
        let begins = |(day, cost): &(&Date, &DayCost)| **day > to && !covered.has(**day) && cost.begins();
        let ahead: BTreeSet<Date> = file.iter().filter(begins).map(|(day, _)| *day).collect();
        let tells = |day: Date| own.contains(&day) || ahead.contains(&day);
        let all: BTreeSet<Date> = own.iter().chain(file.keys()).chain(before.keys()).copied().collect();
        let after = |day: Date| costs::told(day, tells, file.get(&day), before.get(&day));
        let with = all.into_iter().map(|day| (day, after(day)));
        let changed: BTreeMap<Date, Option<DayCost>> =
            with.filter(|(day, cost)| cost.as_ref() != before.get(day)).collect();
        // A day that was missing is another one, although it came to nothing.
        let missed = own.iter().find(|day| !self.covered.has(**day));
        let news = changed.keys().next().into_iter().chain(missed).min().copied();
        let rhythm = self.rhythm.clone().with(self.covered.last(), (from, to));
        let mut after = Watch { covered, rhythm, ..self };
        let first_value = changed.iter().find(|(_, cost)| cost.is_some()).map(|(day, _)| *day);
        let first = after.first.into_iter().chain(first_value).min();
        if news.zip(after.next).is_some_and(|(news, next)| news < next) && (news >= after.first || first != after.first)
        {
            after = after.anew(first);
        } else if after.first.is_none() {
            (after.first, after.next) = (first, first);
        }
        (after, changed)
    }

    /// To be judged again from its first day.
    fn anew(self, first: Option<Date>) -> Self {
        Watch { first, next: first, model: Series::new(WEEK), open: None, missing: 0, ..self }
    }

    /// The first day of which a look has to know the cost.
    pub fn looks_from(&self) -> Option<Date> {
        let from = self.open.into_iter().chain(self.next).min()?;
        Some(from.saturating_sub(DAYS_COMPARED.days()))
    }

    /// The day on which there will be something to judge, if no file comes; none while the series sleeps.
    pub fn due_on(&self, rules: &Rules) -> Option<Date> {
        let next = self.next?;
        let told = self.covered.last().is_some_and(|last| next <= last);
        let awake = (self.missing as usize) < SLEEPS_AFTER_DAYS && self.model.has_enough_history();
        // Where the files bring a week each, a day of which none tells yet is as late as their last day would be.
        let missing_after_days = rules.missing_after_days.saturating_add(self.rhythm.spare());
        let wait = match rules.untold {
            _ if told => rules.settle_days,
            Untold::Missing if awake => missing_after_days,
            // Days of which nobody knows end what went on, and are nothing else: the rest of them can wait for a file.
            Untold::Gap if awake && self.open.is_some() => missing_after_days,
            _ => return None,
        };
        Some(next.saturating_add(i64::from(wait).days()))
    }

    /// Judges what is complete by today, at most [`DAYS_AT_ONCE`] days and a few. `days` has what is known from
    /// [`Watch::looks_from`] on.
    #[must_use]
    pub fn look(mut self, days: &Days, rules: &Rules, known: &[KnownEvent], today: Date) -> Looked {
        if let Some(first) = self.first
            && days_between(first, today) > DAYS_BACK
            && self.next == Some(first)
        {
            // What is older says little, and is left out of a series that begins anew.
            let from = today.saturating_sub(DAYS_BACK.days());
            (self.first, self.next) = (Some(from), Some(from));
        }
        let (mut changes, mut judged) = (BTreeMap::new(), 0);
        while let Some(day) = self.next
            && (judged < DAYS_AT_ONCE || judged < DAYS_AT_ONCE + DAYS_TO_MEET && has_news(&changes, day))
            && self.due_on(rules).is_some_and(|due| due <= today)
        {
            self.judge(day, days, rules, known, &mut changes);
            self.next = day.tomorrow().ok();
            judged += 1;
        }
        Looked { watch: self, changes, days: judged }
    }

    fn judge(
        &mut self,
        day: Date,
        days: &Days,
        rules: &Rules,
        known: &[KnownEvent],
        changes: &mut BTreeMap<Date, Change>,
    ) {
        let cost = days.get(&day);
        // Of a day of which nobody told what it carries of a longer period may be known: that is not all of it.
        let value = self.tells_of(day, rules).then(|| cost.map_or(0.0, |cost| amount(cost.minor)));
        if value.is_none() && self.first == Some(day) {
            // A series begins with a value: the model would not count this day.
            self.first = day.tomorrow().ok();
            return;
        }
        self.missing = if value.is_some() { 0 } else { self.missing.saturating_add(1) };
        // Of a source nothing but what is missing counts, and of its series nothing but what was told.
        let counts = value.is_none() == (rules.untold == Untold::Missing);
        let verdict = self.model.observe(value, !counts || muted(day, known).is_some(), &rules.settings);
        if let Some(ended) = verdict.ended {
            self.note(ended, true, None, changes);
        }
        if let Some(anomaly) = verdict.anomaly {
            let onset = self.day_of(anomaly.onset);
            let driver = cost.and_then(|cost| self.driven((day, cost), onset, days, rules, anomaly.more()));
            self.note(anomaly, false, driver, changes);
        }
        // A first day that was remembered and is passed without being found again.
        if self.onsets.contains(&day) && !changes.contains_key(&day) {
            self.onsets.remove(&day);
            changes.insert(day, Change::Withdrawn);
        }
    }

    fn note(
        &mut self,
        anomaly: Anomaly,
        over: bool,
        driver: Option<Driver<String>>,
        changes: &mut BTreeMap<Date, Change>,
    ) {
        let (onset, last) = (self.day_of(anomaly.onset), self.day_of(anomaly.last));
        self.open = (!over).then_some(onset);
        self.onsets.insert(onset);
        while self.onsets.len() > MOST_ONSETS {
            self.onsets.pop_first();
        }
        let before = match changes.remove(&onset) {
            Some(Change::Is { driver, .. }) => driver,
            _ => None,
        };
        let beside = |driver: &Driver<String>| driver.excess * anomaly.more() > 0.0;
        let size = |driver: &Driver<String>| driver.excess.abs();
        let all = [driver, before].into_iter().flatten().filter(beside);
        let driver = all.max_by(|one, other| size(one).total_cmp(&size(other)));
        changes.insert(onset, Change::Is { anomaly, last, over, driver });
    }

    /// The sub account that drives an anomaly: what each came to on the day, and usually did on such days of the week before it
    /// began; on all of those days where too few of them are known.
    fn driven(
        &self,
        (day, cost): (Date, &DayCost),
        onset: Date,
        days: &Days,
        rules: &Rules,
        excess: f64,
    ) -> Option<Driver<String>> {
        let first = self.first.unwrap_or(onset);
        let known = |on: &Date| *on >= first && (days.contains_key(on) || self.tells_of(*on, rules));
        let before = (1..=DAYS_COMPARED).map(|back| onset.saturating_sub(back.days()));
        let all: Vec<Date> = before.filter(known).collect();
        let alike: Vec<Date> = all.iter().copied().filter(|on| on.weekday() == day.weekday()).collect();
        let compared = if alike.len() < FEWEST_ALIKE { all } else { alike };
        let of_them = || compared.iter().filter_map(|on| days.get(on));
        let names: BTreeSet<&String> = of_them().flat_map(|cost| cost.parts.keys()).chain(cost.parts.keys()).collect();
        let of = |cost: &DayCost, name: &String| amount(cost.parts.get(name).copied().unwrap_or_default());
        let part = |name: &&String| {
            let mut usual: Vec<f64> =
                compared.iter().map(|on| days.get(on).map_or(0.0, |cost| of(cost, name))).collect();
            Part { name: (*name).clone(), actual: of(cost, name), expected: median(&mut usual) }
        };
        let parts: Vec<Part<String>> = names.iter().map(part).collect();
        driver(&parts, excess)
    }

    /// Whether anybody told of this day: one without a cost came to nothing then.
    fn tells_of(&self, day: Date, rules: &Rules) -> bool {
        self.covered.has(day) || rules.untold == Untold::Nothing
    }

    /// The model counts its points from the first value, one for each day.
    fn day_of(&self, point: usize) -> Date {
        let first = self.first.unwrap_or(Date::ZERO);
        first.saturating_add(i64::try_from(point).unwrap_or(i64::MAX).days())
    }
}

/// Whether an anomaly began, or was withdrawn, within a few days before this one: what it was before may begin within as many.
fn has_news(changes: &BTreeMap<Date, Change>, next: Date) -> bool {
    let near = next.saturating_sub(i64::try_from(DAYS_TO_MEET).unwrap_or(i64::MAX).days());
    changes.range(near..).next().is_some()
}

/// Minor units up to [`crate::money::LARGEST_MINOR`] are exact in a float.
fn amount(minor: i64) -> f64 {
    minor as f64
}
