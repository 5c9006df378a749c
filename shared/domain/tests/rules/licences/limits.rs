//! What is refused at entry because nobody could reckon with it, and what may be called off.

use domain::billing::cycle::{Cycle, Period};
use domain::billing::dated::Dated;
use domain::budgets::{by_split, evenly, fixed};
use domain::licences::findings::Whose;
use domain::licences::import::read;
use domain::licences::licence::{self, LicenceChanges, MOST_A_YEAR};
use domain::licences::{DeviceName, Holder, Licence, LicenceKind, LicenceState, NewLicence, Seat, Term, seat};
use domain::{Money, Refusal};
use iso_currency::Currency;
use serde_json::json;

use super::{added, day, entered, new, yearly};
use crate::common::at;

fn pointers<T: std::fmt::Debug>(refused: Result<T, Refusal>) -> Vec<String> {
    match refused {
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| fault.field).collect(),
        other => panic!("{other:?}"),
    }
}

fn change(licence: &Licence, changes: LicenceChanges) -> Result<Licence, Refusal> {
    let (today, now) = (day("2026-06-01"), at("2026-06-01T00:00:00Z"));
    licence::change(licence.clone(), changes, today, now).map(|changed| changed.state)
}

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

#[test]
fn an_amount_that_all_seats_in_a_year_cannot_be_multiplied_by_is_refused_where_it_stands() {
    let most = |kind, seats: u32, cycle, a_year: i64| {
        let times = i64::from(seats) * a_year;
        let costing = |minor| {
            let of = NewLicence { kind, seats: Some(seats), cycle, cost_per_seat: Some(euros(minor)), ..new(yearly()) };
            entered(of, "2026-06-01")
        };
        let limit = MOST_A_YEAR / times;
        assert!(costing(limit).is_ok(), "{kind:?} {seats} {cycle:?}");
        assert_eq!(pointers(costing(limit + 1)), ["/cost_per_seat"], "{kind:?} {seats} {cycle:?}");
    };
    most(LicenceKind::Subscription, 1, Cycle::Monthly, 12);
    most(LicenceKind::Subscription, 10, Cycle::Monthly, 12);
    most(LicenceKind::PerDevice, 1_000_000, Cycle::Weekly, 52);
    most(LicenceKind::Subscription, 7, Cycle::Annual, 1);
    most(LicenceKind::Perpetual, 10, Cycle::Monthly, 1);
    // Without a seat it is as with one.
    let none = NewLicence { seats: Some(0), cost_per_seat: Some(euros(MOST_A_YEAR)), ..new(yearly()) };
    assert_eq!(pointers(entered(none, "2026-06-01")), ["/cost_per_seat"]);
    let slip = 100_000_000_000_000;
    let price = NewLicence { price_per_seat: Some(euros(slip)), ..new(yearly()) };
    assert_eq!(pointers(entered(price, "2026-06-01")), ["/price_per_seat"]);
    let history = vec![Dated::new(day("2026-01-01"), euros(5)), Dated::new(day("2026-03-01"), euros(slip))];
    let told = NewLicence { cost_per_seat: None, cost_history: history, ..new(yearly()) };
    assert_eq!(pointers(entered(told, "2026-06-01")), ["/cost_history/1/value"]);
}

#[test]
fn a_change_is_refused_by_what_holds_from_today_on_and_never_by_what_was() {
    let licence = added(yearly(), "2026-02-01");
    let slip = 100_000_000_000_000;
    let cost = |from: &str, minor| LicenceChanges {
        cost_per_seat: Some(Dated::new(day(from), euros(minor))),
        ..LicenceChanges::default()
    };
    assert_eq!(pointers(change(&licence, cost("2026-06-01", slip))), ["/cost_per_seat"]);
    assert_eq!(pointers(change(&licence, cost("2026-09-01", slip))), ["/cost_per_seat"]);
    let dear = change(&licence, cost("2026-06-01", 40_000_000_000)).unwrap();
    let more = LicenceChanges { seats: Some(Dated::new(day("2026-06-01"), 1_000)), ..LicenceChanges::default() };
    assert_eq!(pointers(change(&dear, more.clone())), ["/cost_per_seat"], "1,000 seats at 400 million a month");
    assert!(change(&licence, more).is_ok());
    // It came there before it was refused: it can be named anew, ended, and corrected from today on.
    let mut kept = licence;
    kept.cost_per_seat[0].value = euros(slip);
    let named = LicenceChanges { name: Some("Other".into()), ..LicenceChanges::default() };
    let ended = LicenceChanges { terminates_on: Some(Some(day("2026-07-01"))), ..LicenceChanges::default() };
    for changes in [named, ended, cost("2026-06-01", 10_00)] {
        assert!(change(&kept, changes.clone()).is_ok(), "{changes:?}");
    }
    assert_eq!(pointers(change(&kept, cost("2026-06-02", 10_00))), ["/cost_per_seat"], "today it holds still");
}

#[test]
fn a_currency_that_nobody_pays_in_is_refused() {
    for code in ["XXX", "XAU", "XTS"] {
        let currency = Currency::from_code(code).unwrap();
        let of = NewLicence { currency, cost_per_seat: Some(Money::new(5, currency)), ..new(yearly()) };
        assert_eq!(pointers(entered(of, "2026-06-01")), ["/cost_per_seat"], "{code}");
    }
}

#[test]
fn a_name_that_is_read_in_another_order_than_it_is_written_is_refused() {
    for (text, fits) in [
        ("Büro-Lizenz عربي", true),
        ("Office\u{202e}ecivres", false),
        ("Office\u{2066}", false),
        ("Office\u{2069}", false),
        ("Office\u{2028}Service", false),
        ("Off\u{2029}ice", false),
        ("Office\u{202a}", false),
        ("Office\u{7}", false),
        // What joins letters and turns nothing.
        ("नेपा\u{200d}ली", true),
    ] {
        let of = entered(NewLicence { name: text.into(), ..new(yearly()) }, "2026-06-01");
        assert_eq!(of.is_ok(), fits, "{text:?}");
        if !fits {
            assert_eq!(pointers(of), ["/name"]);
        }
        let rows = read(&format!("device\n\"{text}\"\n"), |_| None).unwrap();
        assert_eq!((rows.rows.len(), rows.faults.len()), (usize::from(fits), usize::from(!fits)), "{text:?}");
        let given = text.parse::<DeviceName>().map(|name| given(None, Holder::Device { name }));
        match given {
            Ok(given) if fits => assert!(given.is_ok(), "{text:?}"),
            Ok(given) => assert_eq!(pointers(given), ["/holder/name"], "{text:?}"),
            Err(_) => assert!(text.contains('\u{7}'), "{text:?}"),
        }
    }
}

/// Gives a seat of a licence to somebody today.
fn given(before: Option<Seat>, holder: Holder) -> Result<Seat, Refusal> {
    let today = day("2026-06-01");
    seat::assign(before, &added(yearly(), "2026-02-01"), holder, today, today, at("2026-06-01T00:00:00Z"))
}

#[test]
fn a_seat_that_a_device_holds_by_a_name_that_is_refused_by_now_is_read_and_can_be_released() {
    let Licence { id, client, .. } = added(yearly(), "2026-02-01");
    let stored = json!({
        "licence": id,
        "client": client,
        "holder": { "kind": "device", "name": "lap\u{202a}top-7\u{202c}" },
        "spans": [{ "since": "2026-03-01" }],
        "updated_at": "2026-03-01T09:00:00Z",
    });
    let kept: Seat = serde_json::from_value(stored).expect("it is there");
    assert_eq!(Whose::from(kept.holder.clone()).holder(), Some(kept.holder.clone()), "a finding finds it");
    assert_eq!(given(Some(kept.clone()), kept.holder.clone()).unwrap(), kept, "who holds it keeps it");
    let today = day("2026-06-01");
    let released = seat::release(kept, today, today, at("2026-06-01T00:00:00Z")).unwrap();
    assert_eq!(released.held_since(), None);
}

#[test]
fn a_planned_licence_is_called_off_up_to_its_first_day_and_nothing_is_spent_on_it() {
    let term = Term { starts_on: day("2026-07-01"), ..yearly() };
    let planned = added(term.clone(), "2026-06-01");
    let terminated = |on: &str| LicenceChanges { terminates_on: Some(Some(day(on))), ..LicenceChanges::default() };
    for on in ["2026-06-01", "2026-06-20", "2026-07-01"] {
        let off = change(&planned, terminated(on)).unwrap();
        let states: Vec<LicenceState> =
            ["2026-06-01", "2026-07-01", "2026-07-02"].map(|on| off.state(day(on))).into_iter().collect();
        assert!(!states.contains(&LicenceState::Active), "{on}: {states:?}");
        assert_eq!((off.seats_on(day("2026-07-01")), off.counted_on(day("2027-01-01"))), (0, 0));
        let year = Period { from: day("2026-01-01"), to: day("2028-01-01") };
        for kind in [LicenceKind::Subscription, LicenceKind::Perpetual] {
            let off = Licence { kind, ..off.clone() };
            assert!(fixed(&off, &by_split(&off), year).unwrap().is_empty(), "{on} {kind:?}");
            assert!(evenly(&off, &by_split(&off), year).unwrap().is_empty(), "{on} {kind:?}");
        }
    }
    assert_eq!(pointers(change(&planned, terminated("2026-05-31"))), ["/terminates_on"], "yesterday is over");
    let running = added(yearly(), "2026-02-01");
    assert_eq!(pointers(change(&running, terminated("2026-01-01"))), ["/terminates_on"], "it has run since");
    for on in ["2026-06-20", "2026-07-01"] {
        let never = Term { terminates_on: Some(day(on)), ..term.clone() };
        assert_eq!(pointers(entered(new(never), "2026-06-01")), ["/terminates_on"], "whoever adds it means it to run");
    }
}
