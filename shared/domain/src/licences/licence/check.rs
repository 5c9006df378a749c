//! What is wrong with a licence, and what a change may not touch.

use std::collections::HashSet;

use jiff::civil::{Date, date};

use super::{Licence, LicenceKind, NewLicence, Term};
use crate::billing::dated::{Dated, MOST_DATED, check_dates};
use crate::error::Refusal;
use crate::invalid::Check;
use crate::money::Money;

/// Longest name of a licence, an edition or a document.
pub const LONGEST_NAME: usize = 120;
/// Most seats of a licence.
pub const MOST_SEATS: u32 = 1_000_000;
/// Departments of a client; it has no more.
pub const MOST_SHARES: usize = 100;
/// Heaviest part of a split.
pub const MOST_WEIGHT: u32 = 1_000_000;
/// Papers of a licence; more belong into a folder that one of them names.
pub const MOST_DOCUMENTS: usize = 20;
/// Longest address of a paper.
pub const LONGEST_LINK: usize = 2_000;
/// Lead times of a licence.
pub const MOST_LEADS: usize = 10;
/// Longest lead time and longest period of notice, in days: two years.
pub const LONGEST_LEAD_DAYS: u16 = 731;
/// Longest term, in months: ten years.
pub const LONGEST_TERM_MONTHS: u16 = 120;
/// No licence starts before there was software to license.
const EARLIEST: Date = date(1970, 1, 1);
/// A date beyond is a slip of the pen.
pub const LATEST: Date = date(2200, 1, 1);

/// Where a number of seats stands.
pub(super) const SEATS: &str = "/seats";
/// Where a history of them stands.
const SEAT_HISTORY: &str = "/seat_history";

/// The seats of a licence to be added, by the date from which they hold, and where they stand in what was asked for.
pub(super) fn entered(new: &NewLicence) -> Result<(&'static str, Vec<Dated<u32>>), Refusal> {
    let starts_on = new.term.starts_on;
    let [first, ..] = new.seat_history.as_slice() else {
        return Ok((SEATS, new.seats.map(|seats| Dated::new(starts_on, seats)).into_iter().collect()));
    };
    let mut check = Check::new();
    let detail = "must be left out beside a history, which says it for each of its days";
    check.that(new.seats.is_none(), SEATS, "not_allowed", detail);
    let detail = format!("must be {starts_on} or before: from the licence's first day on it has a number of seats");
    check.that(first.from <= starts_on, &format!("{SEAT_HISTORY}/0/from"), "not_in_order", &detail);
    for (index, dated) in new.seat_history.iter().enumerate() {
        let at = |name: &str| format!("{SEAT_HISTORY}/{index}/{name}");
        let sane = (EARLIEST..=LATEST).contains(&dated.from);
        check.that(sane, &at("from"), "out_of_range", "must be from 1970-01-01 to 2200-01-01");
        check.that(dated.value <= MOST_SEATS, &at("value"), "out_of_range", "must be from 0 to 1000000");
    }
    check.done()?;
    Ok((SEAT_HISTORY, new.seat_history.clone()))
}

/// `seats` is where its seats stand in what was asked for.
pub(super) fn check(licence: &Licence, seats: &str) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.line("/name", &licence.name, LONGEST_NAME);
    check.optional_line("/edition", licence.edition.as_deref().unwrap_or_default(), LONGEST_NAME);
    check_seats(licence, seats, &mut check);
    for (field, amounts) in [("/cost_per_seat", &licence.cost_per_seat), ("/price_per_seat", &licence.price_per_seat)] {
        check_amounts(field, amounts, licence, &mut check);
    }
    check_term(&licence.term, &mut check);
    check.count("/split", licence.split.len(), MOST_SHARES);
    let mut units = HashSet::new();
    for (index, share) in licence.split.iter().enumerate() {
        let at = |name: &str| format!("/split/{index}/{name}");
        check.that(units.insert(share.unit), &at("unit"), "duplicate", "is in the list already; add up its weights");
        let weighs = (1..=MOST_WEIGHT).contains(&share.weight);
        check.that(weighs, &at("weight"), "out_of_range", "must be from 1 to 1000000");
    }
    check.count("/documents", licence.documents.len(), MOST_DOCUMENTS);
    for (index, document) in licence.documents.iter().enumerate() {
        check.line(&format!("/documents/{index}/name"), &document.name, LONGEST_NAME);
        let at = format!("/documents/{index}/link");
        check.line(&at, &document.link, LONGEST_LINK);
        check.that(
            document.link.starts_with("https://"),
            &at,
            "not_https",
            "must be an address that begins with https://",
        );
    }
    check.done()
}

fn check_seats(licence: &Licence, seats: &str, check: &mut Check) {
    if licence.kind == LicenceKind::Usage {
        check.that(licence.seats.is_empty(), seats, "not_counted", "must be left out: use has no seats");
        check.that(licence.spare_seats == 0, "/spare_seats", "not_counted", "must be left out: use has no seats");
        return;
    }
    check_dates(seats, &licence.seats, check);
    let fair = licence.seats.iter().all(|dated| dated.value <= MOST_SEATS);
    check.that(fair, seats, "out_of_range", "must be from 0 to 1000000");
    check.that(licence.spare_seats <= MOST_SEATS, "/spare_seats", "out_of_range", "must be from 0 to 1000000");
}

fn check_amounts(field: &str, amounts: &[Dated<Money>], licence: &Licence, check: &mut Check) {
    check.count(field, amounts.len(), MOST_DATED);
    let fair = amounts.iter().all(|dated| !dated.value.is_negative());
    check.that(fair, field, "out_of_range", "must not be negative");
    let one = amounts.iter().all(|dated| dated.value.currency() == licence.currency);
    let detail = format!("must be in {}, as the licence's other amounts", licence.currency.code());
    check.that(one, field, "currencies", &detail);
}

fn check_term(term: &Term, check: &mut Check) {
    let starts = Some(term.starts_on);
    let dates = [
        ("/starts_on", starts),
        ("/renews_on", term.renews_on),
        ("/expires_on", term.expires_on),
        ("/terminates_on", term.terminates_on),
    ];
    for (field, day) in dates {
        let sane = day.is_none_or(|day| (EARLIEST..=LATEST).contains(&day));
        check.that(sane, field, "out_of_range", "must be from 1970-01-01 to 2200-01-01");
        let later = day.is_none_or(|day| day > term.starts_on) || day == starts && field == "/starts_on";
        check.that(later, field, "not_in_order", "must be after starts_on");
    }
    let months = (1..=LONGEST_TERM_MONTHS).contains(&term.months);
    check.that(months, "/term_months", "out_of_range", "must be from 1 to 120 months");
    check.that(term.notice_days <= LONGEST_LEAD_DAYS, "/notice_days", "out_of_range", "must be at most 731 days");
    if term.auto_renew {
        check.that(term.renews_on.is_some(), "/renews_on", "required", "must be given for what renews by itself");
        let detail = "must be left out for what renews by itself; give terminates_on when it is to end";
        check.that(term.expires_on.is_none(), "/expires_on", "renews", detail);
    }
    check.count("/lead_days", term.lead_days.len(), MOST_LEADS);
    let leads = term.lead_days.iter().all(|lead| (1..=LONGEST_LEAD_DAYS).contains(lead));
    check.that(leads, "/lead_days", "out_of_range", "must each be from 1 to 731 days");
}

/// Refuses dates by which a day before today would be another one than it was, and a renewal that would have been.
pub(super) fn past_stays(before: &Licence, after: &Licence, today: Date) -> Result<(), Refusal> {
    let mut check = Check::new();
    let (was, is) = (&before.term, &after.term);
    for (field, was, is) in
        [("/expires_on", was.expires_on, is.expires_on), ("/terminates_on", was.terminates_on, is.terminates_on)]
    {
        let holds = was == is || is.is_none_or(|day| day >= today);
        check.that(holds, field, "in_the_past", "must be today or later: what held before it does not change");
    }
    let moved = was.renews_on != is.renews_on || was.auto_renew != is.auto_renew;
    let ahead = !moved || is.renews_on.is_none_or(|day| day > today);
    check.that(ahead, "/renews_on", "in_the_past", "must be after today: it is the next renewal");
    check.done()
}
