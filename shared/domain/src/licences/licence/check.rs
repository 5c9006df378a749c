//! What is wrong with a licence, and what a change may not touch.

use std::collections::HashSet;

use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::{Licence, LicenceKind, NewLicence, cycles_a_year};
use crate::billing::dated::{Dated, MOST_DATED, check_dates};
use crate::error::Refusal;
use crate::invalid::Check;
use crate::licences::term::Term;
use crate::money::{LARGEST_MINOR, Money};

/// Longest name of a licence, an edition or a document.
pub const LONGEST_NAME: usize = 120;
/// Most seats of a licence.
pub const MOST_SEATS: u32 = 1_000_000;
/// Most that all seats of a licence may cost, or be charged for, in a year, in minor units of the currency: of a hundred such
/// licences the sum is still an amount ([`LARGEST_MINOR`]). What is more is a slip of the pen.
pub const MOST_A_YEAR: i64 = LARGEST_MINOR / 100;
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
/// No licence starts, and nobody holds a seat, before there was software to license.
pub const EARLIEST: Date = date(1970, 1, 1);
/// A date beyond is a slip of the pen.
pub const LATEST: Date = date(2200, 1, 1);

/// Where what is dated stands in what was asked for.
pub(super) struct Fields {
    seats: &'static str,
    cost: &'static str,
    price: &'static str,
}

impl Fields {
    /// Each as one value.
    pub(super) const PLAIN: Self = Self { seats: "/seats", cost: "/cost_per_seat", price: "/price_per_seat" };
}

/// What is dated of a licence to be added, by the date from which it holds.
pub(super) struct Entered {
    pub(super) fields: Fields,
    pub(super) seats: Vec<Dated<u32>>,
    pub(super) cost: Vec<Dated<Money>>,
    pub(super) price: Vec<Dated<Money>>,
}

/// The seats, the cost and the price of a licence to be added, each as one value from its first day on, or as a history.
pub(super) fn entered(new: &NewLicence) -> Result<Entered, Refusal> {
    let starts_on = new.term.starts_on;
    let mut check = Check::new();
    let fields = Fields {
        seats: named(&new.seat_history, "/seat_history", Fields::PLAIN.seats),
        cost: named(&new.cost_history, "/cost_history", Fields::PLAIN.cost),
        price: named(&new.price_history, "/price_history", Fields::PLAIN.price),
    };
    let seats = Asked { plain: (Fields::PLAIN.seats, new.seats), history: (fields.seats, &new.seat_history) };
    let seats =
        seats.all_of_it(starts_on, &mut check, |seats| (*seats > MOST_SEATS).then_some("must be from 0 to 1000000"));
    let cost = Asked { plain: (Fields::PLAIN.cost, new.cost_per_seat), history: (fields.cost, &new.cost_history) };
    let cost = cost.all_of_it(starts_on, &mut check, below_nothing);
    // Before it is charged for, the client pays what it costs.
    let price = Asked { plain: (Fields::PLAIN.price, new.price_per_seat), history: (fields.price, &new.price_history) };
    let price = price.dated(starts_on, &mut check, below_nothing);
    check.done()?;
    Ok(Entered { fields, seats, cost, price })
}

fn named<T>(history: &[Dated<T>], of_history: &'static str, plain: &'static str) -> &'static str {
    if history.is_empty() { plain } else { of_history }
}

fn below_nothing(amount: &Money) -> Option<&'static str> {
    amount.is_negative().then_some("must not be negative")
}

/// One value, or a history of it, with the fields that they stand in.
struct Asked<'a, T> {
    plain: (&'static str, Option<T>),
    history: (&'static str, &'a [Dated<T>]),
}

impl<T: Copy> Asked<'_, T> {
    /// What holds from the licence's first day on. `unfair` says what is wrong with a value.
    fn all_of_it(
        self,
        starts_on: Date,
        check: &mut Check,
        unfair: impl Fn(&T) -> Option<&'static str>,
    ) -> Vec<Dated<T>> {
        if let (field, [first, ..]) = self.history {
            let detail = format!("must be {starts_on} or before: it holds from the licence's first day on");
            check.that(first.from <= starts_on, &format!("{field}/0/from"), "not_in_order", &detail);
        }
        self.dated(starts_on, check, unfair)
    }

    /// The same, where it may begin later.
    fn dated(self, starts_on: Date, check: &mut Check, unfair: impl Fn(&T) -> Option<&'static str>) -> Vec<Dated<T>> {
        let ((plain, value), (field, history)) = (self.plain, self.history);
        if history.is_empty() {
            return value.map(|value| Dated::new(starts_on, value)).into_iter().collect();
        }
        let detail = "must be left out beside a history, which says it for each of its days";
        check.that(value.is_none(), plain, "not_allowed", detail);
        for (index, dated) in history.iter().enumerate() {
            let at = |name: &str| format!("{field}/{index}/{name}");
            let sane = (EARLIEST..=LATEST).contains(&dated.from);
            check.that(sane, &at("from"), "out_of_range", "must be from 1970-01-01 to 2200-01-01");
            let wrong = unfair(&dated.value);
            check.that(wrong.is_none(), &at("value"), "out_of_range", wrong.unwrap_or_default());
        }
        history.to_vec()
    }
}

/// `fields` says where what is dated stands in what was asked for.
pub(super) fn check(licence: &Licence, fields: &Fields) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.line("/name", &licence.name, LONGEST_NAME);
    check.optional_line("/edition", licence.edition.as_deref().unwrap_or_default(), LONGEST_NAME);
    check_seats(licence, fields.seats, &mut check);
    for (field, amounts) in [(fields.cost, &licence.cost_per_seat), (fields.price, &licence.price_per_seat)] {
        check_amounts(field, amounts, licence, &mut check);
    }
    check_term(&licence.term, &mut check);
    check.count("/counted", licence.counted_since.len(), MOST_DATED);
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
    if amounts.is_empty() {
        return;
    }
    check_dates(field, amounts, check);
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
        // What was terminated by its first day never runs: so it is called off.
        let anywhere = field == "/starts_on" || field == "/terminates_on";
        let later = anywhere || day.is_none_or(|day| day > term.starts_on);
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

/// Refuses a licence to be added that would never run.
pub(super) fn runs_at_all(licence: &Licence) -> Result<(), Refusal> {
    let term = &licence.term;
    if term.terminates_on.is_some_and(|day| day <= term.starts_on) {
        return Err(Refusal::invalid("/terminates_on", "not_in_order", "must be after starts_on"));
    }
    Ok(())
}

/// Refuses amounts that hold on a day or after it and that nobody can pay, or that all seats in a year cannot be multiplied by.
/// What holds on days before stays as it is, however it came there.
pub(super) fn can_be_paid(licence: &Licence, fields: &Fields, from: Date) -> Result<(), Refusal> {
    let mut check = Check::new();
    let seats = holds_from(&licence.seats, from).map(|(_, seats)| *seats).max().unwrap_or(0).max(1);
    let cycles = if licence.kind == LicenceKind::Perpetual { 1 } else { cycles_a_year(licence.cycle) };
    let times = Decimal::from(seats) * Decimal::from(cycles);
    let detail =
        format!("times {seats} seats and {cycles} cycles a year is over {MOST_A_YEAR} minor units; check the amount");
    for (field, plain, amounts) in [
        (fields.cost, Fields::PLAIN.cost, &licence.cost_per_seat),
        (fields.price, Fields::PLAIN.price, &licence.price_per_seat),
    ] {
        for (index, amount) in holds_from(amounts, from) {
            let at = if field == plain { field.to_owned() } else { format!("{field}/{index}/value") };
            check.currency(&at, amount.currency());
            let fits = amount.times(times).is_ok_and(|year| year.minor() <= MOST_A_YEAR);
            check.that(fits, &at, "out_of_range", &detail);
        }
    }
    check.done()
}

/// What holds on a day or after it, each with its place.
fn holds_from<T>(history: &[Dated<T>], from: Date) -> impl Iterator<Item = (usize, &T)> {
    let first = history.partition_point(|dated| dated.from <= from).saturating_sub(1);
    history.iter().enumerate().skip(first).map(|(index, dated)| (index, &dated.value))
}

/// Refuses a renewal that is over and that nothing follows by itself: nobody would ever be told of it. What has ended has none.
pub(super) fn renewal_is_ahead(licence: &Licence, today: Date) -> Result<(), Refusal> {
    let term = &licence.term;
    let over = term.renews_on.is_some_and(|day| day < today);
    if over && !term.auto_renew && !licence.has_ended(today) {
        let detail = format!(
            "must be {today} or later, as it does not renew by itself: give its next renewal, or expires_on if nobody renewed it"
        );
        return Err(Refusal::invalid("/renews_on", "in_the_past", detail));
    }
    Ok(())
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
