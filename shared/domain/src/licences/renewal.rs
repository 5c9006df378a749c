//! What comes at the end of a term, who is told of it when, and what the dates of a licence bring by themselves.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, time};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::Licence;
use crate::events::Event;
use crate::outcome::Outcome;
use crate::zone::Zone;

/// When the dates of a licence are looked at, in the tenant's zone: before the bills of the day are made.
pub const LOOKED_AT: Time = time(0, 5, 0, 0);
/// Beside its lead times, a licence that renews by itself is told of so many days before the last day of notice: after
/// that day there is nothing left to decide.
pub const NOTICE_LEAD_DAYS: i64 = 7;
/// Most dates that one look at a licence goes through; the rest comes with the next one. A weekly change for ten years.
const MOST_STEPS: usize = 520;
/// No licence has more terms: every month from the first date that one can have to the last.
const MOST_TERMS: i64 = 2_761;

/// What comes next at the end of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coming {
    /// On which day.
    pub on: Date,
    /// What.
    pub what: ComingKind,
    /// The last day on which notice may be given; only for what renews by itself.
    #[serde(default)]
    pub notice_by: Option<Date>,
}

/// What comes at the end of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ComingKind {
    /// It ends, because it was terminated.
    Terminates,
    /// It ends, unless somebody renews it.
    Expires,
    /// It renews by itself.
    Renews,
    /// It is to be renewed by somebody.
    RenewalDue,
    /// It was to be renewed on that day, and nobody has said that it was.
    Lapsed,
}

/// What comes of a licence on a day or after it: the first of its dates, an end before a renewal of the same day. Where nothing
/// does, and somebody was to renew it before, it has lapsed: that stands until its next renewal or its end is said.
pub fn coming(licence: &Licence, from: Date) -> Option<Coming> {
    let term = &licence.term;
    if term.ends_on().is_some_and(|end| end < from) {
        return None;
    }
    let renewal = if term.auto_renew { ComingKind::Renews } else { ComingKind::RenewalDue };
    let dates = [
        (term.terminates_on, ComingKind::Terminates),
        (term.expires_on, ComingKind::Expires),
        (term.renews_on, renewal),
    ];
    let dates = dates.into_iter().filter_map(|(on, what)| Some((on?, what))).filter(|(on, _)| *on >= from);
    let lapsed = term.renews_on.filter(|on| !term.auto_renew && *on < from).map(|on| (on, ComingKind::Lapsed));
    let (on, what) = dates.min().or(lapsed)?;
    let notice_by = (what == ComingKind::Renews).then(|| before(on, i64::from(term.notice_days)));
    Some(Coming { on, what, notice_by })
}

/// What somebody is told of: what comes first, and the end where that is a later day, for no renewal in between changes it.
fn ahead(licence: &Licence, from: Date) -> impl Iterator<Item = Coming> {
    let first = coming(licence, from);
    let term = &licence.term;
    let is_later = |end: &Date| first.is_some_and(|first| first.on < *end);
    let end = term.ends_on().filter(is_later).map(|on| {
        let terminates = term.terminates_on == Some(on);
        let what = if terminates { ComingKind::Terminates } else { ComingKind::Expires };
        Coming { on, what, notice_by: None }
    });
    first.into_iter().chain(end)
}

/// The days on which somebody is told of what comes, and how long each is before it.
fn marks(licence: &Licence, coming: &Coming) -> impl Iterator<Item = Date> {
    let notice = coming.notice_by.filter(|by| *by < coming.on).map(|by| before(by, NOTICE_LEAD_DAYS));
    let leads: Vec<Date> = licence.term.lead_days.iter().map(|lead| before(coming.on, i64::from(*lead))).collect();
    leads.into_iter().chain(notice)
}

fn before(day: Date, days: i64) -> Date {
    day.saturating_sub(days.days())
}

/// The licence with every renewal that has come by itself up to and including a day.
#[must_use]
pub fn rolled(mut licence: Licence, today: Date) -> Licence {
    let term = &mut licence.term;
    let (Some(anchor), Some(renews_on)) = (term.anchor, term.renews_on) else { return licence };
    if !term.auto_renew {
        return licence;
    }
    let last = term.terminates_on.unwrap_or(Date::MAX);
    let mut terms = (0..MOST_TERMS).map(|n| term.nth_renewal(anchor, n)).skip_while(|day| *day < renews_on);
    let next = terms.find(|day| *day > today || *day >= last);
    term.renews_on = next.or(term.renews_on);
    licence
}

/// The next day after those that were seen to on which the dates of a licence bring something; none when none does.
pub fn next_on(licence: &Licence) -> Option<Date> {
    let seen = licence.handled_until;
    let term = &licence.term;
    let coming: Vec<Coming> = ahead(licence, seen.saturating_add(1.day())).collect();
    let told = coming.iter().flat_map(|coming| marks(licence, coming).chain([coming.on]));
    // On the day after, what came is over, and what comes next is another one.
    let over = [term.renews_on, term.expires_on, term.terminates_on].into_iter().flatten();
    let over = over.map(|day| day.saturating_add(1.day()));
    let seats = licence.seats.iter().map(|dated| dated.from).chain([term.starts_on]);
    told.chain(over).chain(seats.filter(|_| licence.counted)).filter(|day| *day > seen).min()
}

/// When that day is looked at, in the tenant's zone.
pub fn due_at(licence: &Licence, zone: &Zone) -> Option<Timestamp> {
    Some(zone.at(next_on(licence)?, LOOKED_AT))
}

/// As [`advance`], by somebody who looks at this instant. Where another day comes next than before, the licence has changed by
/// itself, and a calendar that is read again takes up the new one by that (RFC 5545, 3.8.7.2).
#[must_use]
pub fn looked_at(licence: Licence, today: Date, now: Timestamp) -> Outcome<Licence> {
    let before = coming(&licence, licence.handled_until);
    let Outcome { state, events } = advance(licence, today);
    let moved = coming(&state, state.handled_until) != before;
    let updated_at = if moved { now } else { state.updated_at };
    Outcome { state: Licence { updated_at, ..state }, events }
}

/// Sees to everything that the dates of a licence brought up to and including a day: renewals, changed seats, and one
/// word to its owner of each thing that comes, however many lead times have passed since the last look.
#[must_use]
pub fn advance(mut licence: Licence, today: Date) -> Outcome<Licence> {
    let mut events = Vec::new();
    let mut near = BTreeMap::new();
    for _ in 0..MOST_STEPS {
        let Some(day) = next_on(&licence).filter(|day| *day <= today) else {
            licence.handled_until = licence.handled_until.max(today);
            break;
        };
        near.extend(told_on(&licence, day));
        if licence.counted_on(day) != licence.counted_on(day.saturating_sub(1.day())) {
            events.push(licence.counts_otherwise(day));
        }
        let before = licence.term.renews_on;
        licence = rolled(licence, day);
        // A lead time may be as long as a term: then the day of a renewal is that of the word of the next one.
        if licence.term.renews_on != before {
            near.extend(told_on(&licence, day));
        }
        if let Some(renews_on) = licence.term.renews_on.filter(|_| licence.term.renews_on != before) {
            let Licence { id, client, .. } = licence;
            events.push(Event::LicenceRenewed { licence: id, client, on: before.unwrap_or(day), until: renews_on });
        }
        licence.handled_until = day;
    }
    // What has come meanwhile is not near any more.
    events.extend(near.into_values().filter(|coming| coming.on > today).map(|coming| near_of(&licence, coming, today)));
    Outcome { state: licence, events }
}

/// What somebody is told of on a day.
fn told_on(licence: &Licence, day: Date) -> BTreeMap<ComingKind, Coming> {
    let coming = ahead(licence, day).filter(|coming| marks(licence, coming).any(|mark| mark == day));
    coming.map(|coming| (coming.what, coming)).collect()
}

/// What somebody is told at once of a licence that was entered or changed today, and was not told before: what falls on this day
/// is over tomorrow.
pub(super) fn told_at_once(before: Option<&Licence>, after: &Licence, today: Date) -> Vec<Event> {
    let told = before.map(|before| told_on(before, today)).unwrap_or_default();
    let news = told_on(after, today).into_values().filter(|coming| coming.on > today);
    let news = news.filter(|coming| told.get(&coming.what).is_none_or(|told| told.on != coming.on));
    news.map(|coming| near_of(after, coming, today)).collect()
}

fn near_of(licence: &Licence, Coming { on, what, notice_by }: Coming, today: Date) -> Event {
    Event::LicenceRenewalNear {
        licence: licence.id,
        client: licence.client,
        name: licence.name.clone(),
        on,
        days: u32::try_from((on - today).get_days()).unwrap_or_default(),
        what,
        notice_by,
        owner: licence.owner,
    }
}
