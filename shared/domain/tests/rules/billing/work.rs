//! Time entries and their prices, against a desk that looks at every minute.

use crate::common::calendars::{calendars, places};
use crate::common::slow::Minutes;
use crate::common::{at, holiday, nine_to_five, user, uuid, weekdays, zone};
use domain::Refusal;
use domain::billing::dated::Dated;
use domain::billing::work::entry::{self, bill, change, log, release, write_off};
use domain::billing::work::{
    AfterHours, NewTimeEntry, Rate, RateCard, Rounding, TimeChanges, TimeEntry, TimeKind, TimeLine, TimeState,
    TimeTerms, WorkType, price_time, worth,
};
use domain::calendar::{Calendar, Holiday, Hours};
use domain::ids::*;
use domain::money::Money;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn new_entry(started_at: Timestamp, minutes: u32) -> NewTimeEntry {
    NewTimeEntry {
        ticket: TicketId::from_uuid(uuid(1)),
        client: ClientId::from_uuid(uuid(1)),
        contract: None,
        person: user(1),
        role: Some("senior".parse().unwrap()),
        started_at,
        minutes,
        billable: true,
        work_type: "remote".parse().unwrap(),
        note: "Looked at the printer".into(),
    }
}

fn worked(started_at: Timestamp, minutes: u32) -> TimeEntry {
    let now = started_at + jiff::SignedDuration::from_hours(48);
    log(TimeEntryId::from_uuid(uuid(1)), new_entry(started_at, minutes), now).unwrap()
}

fn remote() -> WorkType {
    let code = "remote".parse().unwrap();
    WorkType { code, name: "Remote".into(), billable: true, taxes: vec![], rounding: None, after_hours: None }
}

fn rate_of(per_hour: &str) -> Rate {
    let per_hour = vec![Dated::new(date(2000, 1, 1), decimal(per_hour))];
    Rate { contract: None, person: None, role: None, work_type: None, per_hour, until: None }
}

fn card(rates: Vec<Rate>) -> RateCard {
    let after_hours = AfterHours { outside: decimal("1.5"), holiday: decimal("2") };
    RateCard { currency: Currency::EUR, rates, rounding: Rounding::NONE, after_hours }
}

fn priced(entries: &[TimeEntry], card: &RateCard, calendar: Option<&Calendar>) -> Result<Vec<TimeLine>, Refusal> {
    let (work_types, zone) = ([remote()], zone("Europe/Berlin"));
    price_time(
        entries,
        &TimeTerms { card, work_types: &work_types, calendar, zone: &zone, contract: Some(contract(1)) },
    )
}

fn contract(n: u128) -> ContractId {
    ContractId::from_uuid(uuid(n))
}

fn parts(lines: &[TimeLine]) -> Vec<(TimeKind, u32, u32, i64)> {
    lines.iter().map(|line| (line.kind, line.worked, line.minutes, line.amount.minor())).collect()
}

fn code_of<T: std::fmt::Debug>(result: Result<T, Refusal>) -> (&'static str, String) {
    match result.unwrap_err() {
        Refusal::Conflict { code, detail } => (code, detail),
        Refusal::Invalid(faults) => (faults[0].code, faults[0].field.clone()),
        other => panic!("{other:?}"),
    }
}

const MONDAY_16: &str = "2026-07-06T14:00:00Z"; // 16:00 in Berlin

#[test]
fn work_over_the_end_of_business_hours_is_split_and_each_part_has_its_price() {
    let lines = priced(&[worked(at(MONDAY_16), 90)], &card(vec![rate_of("100")]), Some(&nine_to_five())).unwrap();
    assert_eq!(parts(&lines), [(TimeKind::Business, 60, 60, 10_000), (TimeKind::AfterHours, 30, 30, 7_500)]);
}

#[test]
fn minutes_that_rounding_adds_are_never_premium_time() {
    let mut card = card(vec![rate_of("100")]);
    card.rounding = Rounding { step_minutes: 30, minimum_minutes: 0 };
    let office = nine_to_five();
    // 16:00 to 17:10 is 70 minutes, rounded to 90: once, and not part by part to 60 and 30.
    let lines = priced(&[worked(at(MONDAY_16), 70)], &card, Some(&office)).unwrap();
    assert_eq!(parts(&lines), [(TimeKind::Business, 60, 80, 13_333), (TimeKind::AfterHours, 10, 10, 2_500)]);
    // A call at night is charged its minimum at the price of the night.
    card.rounding = Rounding { step_minutes: 15, minimum_minutes: 50 };
    let lines = priced(&[worked(at("2026-07-06T20:00:00Z"), 5)], &card, Some(&office)).unwrap();
    assert_eq!(parts(&lines), [(TimeKind::AfterHours, 5, 60, 15_000)]);
}

#[test]
fn work_is_worth_what_it_was_or_would_be_billed_for() {
    let mut card = card(vec![rate_of("100"), Rate { contract: Some(contract(2)), ..rate_of("60") }]);
    card.rounding = Rounding { step_minutes: 15, minimum_minutes: 30 };
    let short = || worked(at(MONDAY_16), 5);
    let billed = TimeEntry { state: TimeState::Billed { invoice: InvoiceId::from_uuid(uuid(9)) }, ..short() };
    let night = worked(at("2026-07-06T20:00:00Z"), 5);
    let unknown = TimeEntry { work_type: "on-site".parse().unwrap(), ..short() };
    let cases = [
        ("the minimum", short(), contract(1), (50_00, 0)),
        ("the step", worked(at("2026-07-06T08:00:00Z"), 50), contract(1), (100_00, 0)),
        ("billed already", billed, contract(1), (50_00, 0)),
        ("after hours", night, contract(1), (75_00, 0)),
        ("a contract's own rate", short(), contract(2), (30_00, 0)),
        ("not billable", TimeEntry { billable: false, ..short() }, contract(1), (0, 0)),
        ("written off", TimeEntry { state: TimeState::WrittenOff {}, ..short() }, contract(1), (0, 0)),
        ("of a kind that nobody knows", unknown, contract(1), (0, 5)),
        ("before the first rate", worked(at("1999-07-06T14:00:00Z"), 5), contract(1), (0, 5)),
    ];
    let (work_types, zone, office) = ([remote()], zone("Europe/Berlin"), nine_to_five());
    for (what, entry, under, expected) in cases {
        let terms = TimeTerms {
            card: &card,
            work_types: &work_types,
            calendar: Some(&office),
            zone: &zone,
            contract: Some(under),
        };
        let (worth, unpriced) = worth(&[&entry], &terms).unwrap();
        assert_eq!((worth.minor(), unpriced), expected, "{what}");
        if entry.is_unbilled() && unpriced == 0 {
            let lines = price_time(&[entry], &terms).unwrap();
            assert_eq!(Money::sum(card.currency, lines.iter().map(|line| line.amount)), Ok(worth), "{what}");
        }
    }
}

#[test]
fn a_holiday_begins_and_ends_at_midnight_of_the_calendars_zone() {
    let mut office = weekdays("Europe/Berlin", &[("08:00", "24:00")]);
    office.holidays = vec![holiday("2026-07-07")];
    // Monday 23:30 to Tuesday 00:30.
    let lines = priced(&[worked(at("2026-07-06T21:30:00Z"), 60)], &card(vec![rate_of("60")]), Some(&office)).unwrap();
    assert_eq!(parts(&lines), [(TimeKind::Business, 30, 30, 3_000), (TimeKind::Holiday, 30, 30, 6_000)]);
    assert!(lines.iter().all(|line| line.on == date(2026, 7, 6)));
}

#[test]
fn a_missing_rate_names_person_and_work_and_is_never_free() {
    let (code, detail) = code_of(priced(&[worked(at(MONDAY_16), 10)], &card(vec![]), None));
    assert_eq!(code, "rate_missing");
    assert!(
        detail.contains(&user(1).to_string()) && detail.contains("remote") && detail.contains("2026-07-06"),
        "{detail}"
    );
    let mut too_late = rate_of("100");
    too_late.per_hour[0].from = date(2026, 7, 7);
    assert_eq!(code_of(priced(&[worked(at(MONDAY_16), 10)], &card(vec![too_late]), None)).0, "rate_missing");
    let unknown = TimeEntry { work_type: "on-site".parse().unwrap(), ..worked(at(MONDAY_16), 10) };
    assert_eq!(code_of(priced(&[unknown], &card(vec![rate_of("1")]), None)).0, "work_type_missing");
    let free = priced(&[worked(at(MONDAY_16), 10)], &card(vec![rate_of("0")]), None).unwrap();
    assert_eq!(parts(&free), [(TimeKind::Business, 10, 10, 0)]);
}

#[test]
fn contract_goes_before_person_before_role_before_kind_of_work() {
    let any = || rate_of("1");
    let of_work = |per_hour| Rate { work_type: Some("remote".parse().unwrap()), ..rate_of(per_hour) };
    let of_role = |per_hour| Rate { role: Some("senior".parse().unwrap()), ..rate_of(per_hour) };
    let of_person =
        Rate { person: Some(user(1)), role: of_role("4").role, work_type: of_work("4").work_type, ..rate_of("4") };
    let of_contract = Rate { contract: Some(contract(1)), ..rate_of("5") };
    let of_both = Rate { work_type: of_work("6").work_type, ..Rate { contract: Some(contract(1)), ..rate_of("6") } };
    let others = [
        Rate { contract: Some(contract(2)), ..rate_of("99") },
        Rate { person: Some(user(2)), ..rate_of("99") },
        Rate { role: Some("junior".parse().unwrap()), ..rate_of("99") },
        Rate { work_type: Some("on-site".parse().unwrap()), ..rate_of("99") },
        Rate { until: Some(date(2026, 7, 6)), contract: Some(contract(1)), person: Some(user(1)), ..rate_of("99") },
    ];
    let ladder = [any(), of_work("2"), of_role("3"), of_person, of_contract, of_both];
    for highest in 1..=ladder.len() {
        let mut rates = others.to_vec();
        rates.extend_from_slice(&ladder[..highest]);
        for turn in 0..rates.len() {
            rates.rotate_left(turn);
            let lines = priced(&[worked(at(MONDAY_16), 60)], &card(rates.clone()), None).unwrap();
            assert_eq!(lines[0].rate, Decimal::from(highest));
        }
    }
}

#[test]
fn the_rate_is_that_of_the_local_day_on_which_the_work_began() {
    let mut rate = rate_of("100");
    rate.per_hour.push(Dated::new(date(2026, 7, 1), decimal("120")));
    // 23:59 and 00:00 in Berlin, on the last of June and the first of July.
    let entries = [worked(at("2026-06-30T21:59:00Z"), 60), worked(at("2026-06-30T22:00:00Z"), 60)];
    let rates: Vec<Decimal> = priced(&entries, &card(vec![rate]), None).unwrap().iter().map(|line| line.rate).collect();
    assert_eq!(rates, [Decimal::from(100), Decimal::from(120)]);
}

#[test]
fn only_open_and_billable_time_is_priced() {
    let invoice = InvoiceId::from_uuid(uuid(1));
    let open = worked(at(MONDAY_16), 60);
    let others = [
        TimeEntry { billable: false, ..open.clone() },
        TimeEntry { state: TimeState::Billed { invoice }, ..open.clone() },
        TimeEntry { state: TimeState::WrittenOff {}, ..open.clone() },
    ];
    assert!(priced(&others, &card(vec![rate_of("100")]), None).unwrap().is_empty());
}

#[test]
fn time_changes_until_it_is_billed_and_is_locked_then() {
    let now = at("2026-07-07T08:00:30Z");
    let entry = log(TimeEntryId::from_uuid(uuid(1)), new_entry(at("2026-07-06T14:00:59.5Z"), 30), now).unwrap();
    assert_eq!(entry.started_at, at(MONDAY_16));
    let longer = TimeChanges { minutes: Some(45), role: Some(None), ..TimeChanges::default() };
    let entry = change(entry, longer.clone(), now).unwrap();
    assert_eq!((entry.minutes, entry.role.clone()), (45, None));

    let (one, another) = (InvoiceId::from_uuid(uuid(1)), InvoiceId::from_uuid(uuid(2)));
    let contract = ContractId::from_uuid(uuid(7));
    let billed = bill(entry.clone(), one, contract, now).unwrap();
    assert_eq!(bill(billed.clone(), one, contract, now).unwrap(), billed);
    let (code, detail) = code_of(change(billed.clone(), longer, now));
    assert!(code == "time_locked" && detail.contains(&one.to_string()), "{detail}");
    assert_eq!(code_of(bill(billed.clone(), another, contract, now)).0, "time_locked");
    assert_eq!(code_of(write_off(billed.clone(), now)).0, "time_locked");
    assert_eq!(release(billed.clone(), another, now), billed);
    assert_eq!((entry.under(), billed.under()), (None, Some(contract)));
    let released = release(billed, one, now);
    assert!(released.is_unbilled() && released.under().is_none());

    let gone = write_off(entry.clone(), now).unwrap();
    assert_eq!(write_off(gone.clone(), now).unwrap(), gone);
    assert_eq!(code_of(change(gone, TimeChanges::default(), now)).0, "time_locked");
    assert_eq!(code_of(bill(TimeEntry { billable: false, ..entry }, one, contract, now)).0, "not_billable");
}

#[test]
fn time_that_cannot_be_is_refused_with_the_field() {
    let now = at(MONDAY_16);
    let fault = |new: NewTimeEntry| code_of(log(TimeEntryId::from_uuid(uuid(1)), new, now));
    assert_eq!(fault(new_entry(now, 0)), ("out_of_range", "/minutes".into()));
    assert_eq!(fault(new_entry(now, entry::LONGEST_MINUTES + 1)), ("out_of_range", "/minutes".into()));
    assert_eq!(fault(new_entry(at("2026-07-06T14:01:00Z"), 1)), ("in_the_future", "/started_at".into()));
    // A slip of the year; an entry that was logged in time is changed in every other way for as long as it is open.
    assert_eq!(fault(new_entry(at("1999-01-01T09:00:00Z"), 1)), ("too_long_ago", "/started_at".into()));
    let edge = now - jiff::SignedDuration::from_hours(24 * entry::LATEST_DAYS);
    let minute = jiff::SignedDuration::from_mins(1);
    assert_eq!(fault(new_entry(edge - minute, 1)), ("too_long_ago", "/started_at".into()));
    let old = log(TimeEntryId::from_uuid(uuid(1)), new_entry(edge, 1), now).unwrap();
    let later = now + jiff::SignedDuration::from_hours(9_000);
    let longer = TimeChanges { minutes: Some(2), ..TimeChanges::default() };
    assert_eq!(change(old.clone(), longer, later).unwrap().minutes, 2);
    let moved = TimeChanges { started_at: Some(edge - minute), ..TimeChanges::default() };
    assert_eq!(code_of(change(old, moved, later)), ("too_long_ago", "/started_at".into()));
    let long = "x".repeat(entry::LONGEST_NOTE + 1);
    assert_eq!(fault(NewTimeEntry { note: long, ..new_entry(now, 1) }), ("too_long", "/note".into()));
}

#[test]
fn a_card_with_two_rates_for_the_same_or_a_slipped_point_is_refused() {
    assert_eq!(card(vec![rate_of("95.50")]).check(), Ok(()));
    assert_eq!(code_of(card(vec![rate_of("1"), rate_of("2")]).check()), ("duplicate", "/rates/1".into()));
    assert_eq!(code_of(card(vec![rate_of("-1")]).check()), ("out_of_range", "/rates/0/per_hour/0/value".into()));
    let mut wrong = card(vec![]);
    wrong.after_hours.outside = decimal("15");
    assert_eq!(code_of(wrong.check()), ("out_of_range", "/after_hours/outside".into()));
    wrong = card(vec![]);
    wrong.rounding.step_minutes = 0;
    assert_eq!(code_of(wrong.check()), ("out_of_range", "/rounding/step_minutes".into()));
}

/// The same hours with every day open all day, so that what is closed is a holiday.
fn holidays_only(calendar: &Calendar) -> Calendar {
    Calendar { hours: Hours::AlwaysOpen, ..calendar.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_entry_splits_as_a_desk_sees_it_that_looks_every_minute(
        (calendar, near) in places().prop_flat_map(|(zone, near)| (calendars(zone, near), Just(near))),
        from in -3 * 1440_i64..3 * 1440,
        minutes in 1_u32..=1440,
        step in prop_oneof![Just(1_u32), Just(6), Just(15), 1_u32..90],
        minimum in prop_oneof![Just(0_u32), 0_u32..90],
        (outside, holiday) in (50_i64..300, 50_i64..300),
        cents in 0_i64..30_000,
    ) {
        let first = near / 60 + from;
        let entry = worked(Timestamp::from_second(first * 60).unwrap(), minutes);
        let mut card = card(vec![rate_of(&Decimal::new(cents, 2).to_string())]);
        card.rounding = Rounding { step_minutes: step, minimum_minutes: minimum };
        card.after_hours = AfterHours { outside: Decimal::new(outside, 2), holiday: Decimal::new(holiday, 2) };
        let lines = priced(std::slice::from_ref(&entry), &card, Some(&calendar)).unwrap();

        let count = usize::try_from(minutes).unwrap();
        let open = Minutes::new(&calendar, first, count);
        let no_holiday = Minutes::new(&holidays_only(&calendar), first, count);
        let mut seen = [0_u32; 3];
        for minute in first..first + i64::from(minutes) {
            let kind = if open.is_open(minute) { 0 } else if no_holiday.is_open(minute) { 1 } else { 2 };
            seen[kind] += 1;
        }
        let kinds = [TimeKind::Business, TimeKind::AfterHours, TimeKind::Holiday];
        let of = |kind: TimeKind| lines.iter().filter(|line| line.kind == kind).map(|line| line.worked).sum::<u32>();
        prop_assert_eq!(kinds.map(of), seen);
        prop_assert_eq!(lines.iter().map(|line| line.worked).sum::<u32>(), minutes);
        prop_assert!(lines.iter().all(|line| line.worked > 0));

        // Rounded up by trying minute after minute.
        let mut whole = minutes.max(minimum);
        while whole % step != 0 {
            whole += 1;
        }
        prop_assert_eq!(lines.iter().map(|line| line.minutes).sum::<u32>(), whole);
        let lowest = lines.iter().map(|line| line.factor).min().unwrap();
        for line in &lines {
            prop_assert!(line.minutes == line.worked || line.factor == lowest, "{:?}", line);
            // Cents a minute: minutes × cents × hundredths ÷ 6000, half away from zero.
            let hundredths = match line.kind { TimeKind::Business => 100, TimeKind::AfterHours => outside, TimeKind::Holiday => holiday };
            let exact = i64::from(line.minutes) * cents * hundredths;
            prop_assert_eq!(line.amount, Money::new((exact * 2 + 6_000) / 12_000, Currency::EUR));
        }
    }
}

#[test]
fn an_entry_on_the_days_on_which_clocks_are_moved_has_all_of_its_minutes() {
    let hours = Hours::AlwaysOpen;
    let calendar = Calendar {
        hours,
        holidays: vec![Holiday { name: "Off".into(), on: "2026-03-29".parse().unwrap() }],
        ..nine_to_five()
    };
    // Sunday, 29 March 2026 has 23 hours in Berlin; it is off.
    let lines =
        priced(&[worked(at("2026-03-28T23:00:00Z"), 1440)], &card(vec![rate_of("1")]), Some(&calendar)).unwrap();
    let minutes: Vec<(TimeKind, u32)> = lines.iter().map(|line| (line.kind, line.worked)).collect();
    assert_eq!(minutes, [(TimeKind::Business, 60), (TimeKind::Holiday, 23 * 60)]);
}
