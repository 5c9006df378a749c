//! Dunning: tables of dates with holidays, and any life of an invoice against a desk that counts day by day.

use domain::billing::client::{ClientBilling, ClientBillingChanges, change};
use domain::billing::dunning::*;
use domain::billing::interest::{Owed, interest};
use domain::billing::settings::BillingSettings;
use domain::calendar::{BusinessDays, Holiday, Hours, MinuteOfDay, WeeklyHours, Window};
use domain::ids::{ClientId, InvoiceId};
use domain::invalid::Check;
use domain::money::Money;
use iso_currency::Currency;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// Monday to Friday; closed at Christmas, New Year and on one day of its own.
fn office() -> BusinessDays {
    let day = Window { from: MinuteOfDay::new(540).unwrap(), to: MinuteOfDay::new(1_020).unwrap() };
    let holiday = |on: &str| Holiday { on: on.parse().unwrap(), name: "Off".into() };
    let holidays: Vec<Holiday> = ["12-25", "12-26", "01-01", "2026-12-24"].map(holiday).to_vec();
    BusinessDays::new(&Hours::Weekly(WeeklyHours::weekdays(&[day])), &holidays)
}

/// Every step of the default policy, on the day on which a job that runs daily takes it.
fn days_of(due_on: Date, pauses: &[Pause], runs: impl Fn(Date) -> bool) -> Vec<(StepKind, Date)> {
    let (policy, calendar) = (DunningPolicy::default(), office());
    let mut dunning = Dunning { pauses: pauses.to_vec(), ..Dunning::default() };
    let (mut day, mut taken) = (due_on.saturating_sub(20.days()), Vec::new());
    for _ in 0..200 {
        if let Some(step) = dunning.due(&policy, due_on, &calendar, day).filter(|_| runs(day)) {
            taken.push((step.kind, day));
            dunning = dunning.clone().take(step.kind, &policy, due_on, &calendar, day).unwrap();
        }
        day = day.tomorrow().unwrap();
    }
    taken
}

const ALL: [StepKind; 6] = [
    StepKind::Reminder,
    StepKind::Overdue1,
    StepKind::Overdue2,
    StepKind::Overdue3,
    StepKind::Suspend,
    StepKind::Collection,
];

#[test]
fn steps_fall_on_business_days_around_weekends_and_holidays() {
    // Friday 18 December 2026: 24, 25 December and 1 January are off; the 26th is a Saturday.
    let dates = [(12, 15), (12, 21), (1, 4), (1, 13), (1, 20), (2, 3)];
    let dates = dates.map(|(month, day)| date(if month == 12 { 2026 } else { 2027 }, month, day));
    let wanted: Vec<(StepKind, Date)> = ALL.into_iter().zip(dates).collect();
    assert_eq!(days_of(date(2026, 12, 18), &[], |_| true), wanted);
    // Sunday 27 December: three business days before it are Wednesday, Tuesday and Monday.
    let taken = days_of(date(2026, 12, 27), &[], |_| true);
    assert_eq!(taken[0], (StepKind::Reminder, date(2026, 12, 21)));
    assert_eq!(taken[1], (StepKind::Overdue1, date(2026, 12, 28)));
}

#[test]
fn a_day_is_held_until_the_last_of_the_pauses_that_follow_one_another_is_over() {
    let on = |day| date(2026, 3, day);
    let (dispute, promise) = (PauseReason::Dispute, PauseReason::PromiseToPay);
    let pause = |why, from, until: Option<i8>| Pause { why, from: on(from), until: until.map(on) };
    for (pauses, day, held) in [
        (&[][..], 5, None),
        (&[pause(promise, 5, Some(10))], 4, None),
        (&[pause(promise, 5, Some(10))], 5, Some((promise, Some(10)))),
        (&[pause(promise, 5, Some(10))], 9, Some((promise, Some(10)))),
        (&[pause(promise, 5, Some(10))], 10, None),
        (&[pause(dispute, 5, None)], 25, Some((dispute, None))),
        (&[pause(promise, 5, Some(10)), pause(dispute, 7, None)], 6, Some((dispute, None))),
        (&[pause(promise, 10, Some(12)), pause(dispute, 5, Some(10))], 6, Some((promise, Some(12)))),
        (&[pause(promise, 11, Some(12)), pause(dispute, 5, Some(10))], 6, Some((dispute, Some(10)))),
    ] {
        let dunning = Dunning { pauses: pauses.to_vec(), ..Dunning::default() };
        let expected = held.map(|(why, until): (_, Option<i8>)| Held { why, until: until.map(on) });
        assert_eq!(dunning.held(on(day)), expected, "{pauses:?} on {day}");
        assert_eq!(dunning.is_paused(on(day)), expected.is_some());
    }
}

#[test]
fn a_pause_shifts_what_comes_after_it_by_its_business_days() {
    let due = date(2026, 6, 5);
    let free = days_of(due, &[], |_| true);
    let of = |days: &[(StepKind, Date)], kind| days.iter().find(|(of, _)| *of == kind).map(|(_, on)| *on);
    assert_eq!(of(&free, StepKind::Overdue2), Some(date(2026, 6, 17)));
    // Wednesday to Tuesday: five business days.
    let promise = Pause { why: PauseReason::PromiseToPay, from: date(2026, 6, 10), until: Some(date(2026, 6, 17)) };
    let paused = days_of(due, &[promise], |_| true);
    assert_eq!(of(&paused, StepKind::Overdue1), of(&free, StepKind::Overdue1));
    assert_eq!(of(&paused, StepKind::Overdue2), Some(date(2026, 6, 24)));
    let dispute = Pause { why: PauseReason::Dispute, from: date(2026, 6, 10), until: None };
    let disputed = days_of(due, &[dispute], |_| true);
    assert_eq!(disputed.last().map(|(kind, _)| *kind), Some(StepKind::Overdue1));
}

#[test]
fn a_late_step_shifts_the_later_ones_and_a_reminder_lapses() {
    let due = date(2026, 6, 5);
    // Nothing runs until Monday 22 June, eleven business days after.
    let taken = days_of(due, &[], |day| day >= date(2026, 6, 22));
    let wanted = [
        (StepKind::Overdue1, date(2026, 6, 22)),
        (StepKind::Overdue2, date(2026, 7, 1)),
        (StepKind::Overdue3, date(2026, 7, 10)),
        (StepKind::Suspend, date(2026, 7, 17)),
        (StepKind::Collection, date(2026, 7, 31)),
    ];
    assert_eq!(taken, wanted);
    let on_the_day = days_of(due, &[], |day| day >= due);
    assert_eq!(on_the_day[0], (StepKind::Reminder, due));
}

#[test]
fn nobody_is_reminded_of_what_was_issued_on_that_day_or_after() {
    let (policy, calendar) = (DunningPolicy::default(), office());
    // Of what is due on Wednesday, the 10th of June, the reminder's day is Friday, the 5th.
    for (issued, due, reminded) in [
        (Some(10), 10, false),
        (Some(9), 10, false),
        (Some(6), 10, false),
        (Some(5), 10, false),
        (Some(4), 10, true),
        (Some(1), 10, true),
        (None, 10, true),
    ] {
        let (issued_on, due_on) = (issued.map(|day| date(2026, 6, day)), date(2026, 6, due));
        let of = policy.of(issued_on, due_on, &calendar);
        let kinds: Vec<StepKind> = of.steps.iter().map(|step| step.kind).collect();
        assert_eq!(kinds, ALL[usize::from(!reminded)..], "issued on {issued:?}");
        assert_eq!(of.interest_percent, policy.interest_percent);
        let first = Dunning::default().next_on(&of, due_on, &calendar, issued_on.unwrap_or(date(2026, 6, 1)));
        assert_eq!(first, Some(date(2026, 6, if reminded { 5 } else { 11 })), "issued on {issued:?}");
    }
    let mut on_the_day = policy;
    on_the_day.steps[0].days = 0;
    for (issued, reminded) in [(10, false), (9, true)] {
        let of = on_the_day.of(Some(date(2026, 6, issued)), date(2026, 6, 10), &calendar);
        assert_eq!(of.steps[0].kind == StepKind::Reminder, reminded, "issued on {issued}");
    }
}

#[test]
fn the_next_day_is_known_beforehand() {
    let (policy, calendar, due) = (DunningPolicy::default(), office(), date(2026, 12, 18));
    let dunning = Dunning::default();
    let next = |dunning: &Dunning, today| dunning.next_on(&policy, due, &calendar, today);
    assert_eq!(next(&dunning, date(2026, 11, 1)), Some(date(2026, 12, 15)));
    assert_eq!(next(&dunning, date(2026, 12, 17)), Some(date(2026, 12, 17)));
    assert_eq!(next(&dunning, date(2026, 12, 19)), Some(date(2026, 12, 21)));
    let pause = Pause { why: PauseReason::Dispute, from: date(2026, 12, 19), until: None };
    let disputed = dunning.pause(pause).unwrap();
    assert_eq!(next(&disputed, date(2026, 12, 19)), None);
    let settled = disputed.resume(PauseReason::Dispute, date(2026, 12, 23));
    assert_eq!(next(&settled, date(2026, 12, 23)), Some(date(2026, 12, 23)));
    assert!(settled.take(StepKind::Overdue2, &policy, due, &calendar, date(2026, 12, 23)).is_err());
}

#[test]
fn a_promise_has_a_day_and_a_dispute_may_have_none() {
    let of = |why, until| Dunning::default().pause(Pause { why, from: date(2026, 2, 2), until });
    for (why, until, fine) in [
        (PauseReason::PromiseToPay, None, false),
        (PauseReason::PromiseToPay, Some(date(2026, 8, 2)), false),
        (PauseReason::PromiseToPay, Some(date(2026, 8, 1)), true),
        (PauseReason::PromiseToPay, Some(date(2026, 2, 2)), false),
        (PauseReason::Dispute, None, true),
        (PauseReason::Dispute, Some(date(2027, 8, 1)), true),
    ] {
        assert_eq!(of(why, until).is_ok(), fine, "{why:?} until {until:?}");
    }
}

#[test]
fn a_policy_has_each_step_once_and_in_order() {
    let good = DunningPolicy::default();
    let faults = |change: &dyn Fn(&mut DunningPolicy)| {
        let (mut policy, mut check) = (good.clone(), Check::new());
        change(&mut policy);
        policy.check("/dunning", &mut check);
        check.done().is_err()
    };
    assert!(!faults(&|_| {}));
    assert!(!faults(&|policy| policy.steps.clear()));
    assert!(!faults(&|policy| policy.steps[1].late_fee = Some(eur(500))));
    assert!(faults(&|policy| policy.steps.swap(1, 2)));
    assert!(faults(&|policy| policy.steps[2].kind = StepKind::Overdue1));
    assert!(faults(&|policy| policy.steps[2].days = 1));
    assert!(faults(&|policy| policy.steps[0].days = 1));
    assert!(faults(&|policy| policy.steps[5].days = 261));
    assert!(faults(&|policy| policy.steps[1].late_fee = Some(eur(0))));
    assert!(faults(&|policy| policy.steps[0].late_fee = Some(eur(5))));
    assert!(faults(&|policy| policy.interest_percent = Some(Decimal::from(101))));
    assert!(faults(&|policy| policy.interest_percent = Some(Decimal::NEGATIVE_ONE)));
}

#[test]
fn a_flag_falls_with_the_last_invoice_for_which_it_was_set_and_by_hand_it_stays() {
    let invoice = |n: u128| InvoiceId::from_uuid(Uuid::from_u128(n));
    let new = || ClientBilling::new(ClientId::from_uuid(Uuid::from_u128(9)));
    let (monday, friday) = (date(2026, 3, 9), date(2026, 3, 13));
    let flagged = new().suspended(invoice(1), monday).suspended(invoice(2), friday).suspended(invoice(1), friday);
    assert_eq!((flagged.suspended_since, flagged.suspended_for.len()), (Some(monday), 2));
    let one = flagged.clone().settled(&[invoice(1), invoice(3)]);
    assert_eq!((one.suspended_since, &one.suspended_for), (Some(monday), &vec![invoice(2)]));
    assert_eq!(one.settled(&[invoice(2)]), new());
    let changes = ClientBillingChanges { suspended_since: Some(Some(friday)), ..ClientBillingChanges::default() };
    let by_hand = change(&flagged, changes, &BillingSettings::default(), Timestamp::UNIX_EPOCH).unwrap();
    let still = by_hand.suspended(invoice(4), monday).settled(&[invoice(1), invoice(2), invoice(4)]);
    assert_eq!(still.suspended_since, Some(friday));
    // What was stored before it was known for what a client is flagged counts as by hand.
    let mut old = serde_json::to_value(&flagged).unwrap();
    old.as_object_mut().unwrap().remove("suspended_for");
    let old: ClientBilling = serde_json::from_value(old).unwrap();
    assert_eq!(old.settled(&[invoice(1), invoice(2)]).suspended_since, Some(monday));
}

#[test]
fn interest_is_by_actual_days_over_365_from_the_day_after_the_due_date() {
    let (due, nine) = (date(2027, 12, 31), Decimal::from(9));
    let all = [Owed { from: date(2027, 12, 1), balance: eur(100_000) }];
    for (until, minor) in [
        (date(2027, 12, 31), 0),
        (date(2028, 1, 1), 25),
        (date(2028, 2, 29), 1_479),
        (date(2028, 12, 30), 9_000),
        (date(2028, 12, 31), 9_025),
    ] {
        assert_eq!(interest(nine, due, &all, until, eur(0)).unwrap(), eur(minor), "until {until}");
    }
    // 40 % of it was paid on 11 January: ten days on all, twenty on the rest.
    let part = [all[0], Owed { from: date(2028, 1, 11), balance: eur(60_000) }];
    assert_eq!(interest(nine, due, &part, date(2028, 1, 30), eur(0)).unwrap(), eur(542));
    assert_eq!(interest(nine, due, &part, date(2028, 1, 30), eur(500)).unwrap(), eur(42));
    assert_eq!(interest(nine, due, &part, date(2028, 1, 30), eur(600)).unwrap(), eur(0), "nothing is given back");
    assert!(interest(nine, due, &part, date(2028, 1, 30), Money::zero(Currency::USD)).is_err());
}

#[derive(Debug, Clone, Copy)]
enum Op {
    Dispute,
    Settle,
    Promise(u8),
    BreakPromise,
}

/// Which weekdays are worked, holidays, what happens on some days, days without a run, the days between the steps, and
/// the day on which the next step is foretold.
type Life = ([bool; 7], Vec<u16>, Vec<(u16, Op)>, Vec<bool>, Vec<u8>, u16);

fn lives() -> impl Strategy<Value = Life> {
    let op = prop_oneof![
        1 => Just(Op::Dispute),
        2 => Just(Op::Settle),
        1 => (1_u8..20).prop_map(Op::Promise),
        1 => Just(Op::BreakPromise),
    ];
    (
        any::<[bool; 7]>().prop_map(|mut open| {
            open[2] = true;
            open
        }),
        proptest::collection::vec(0_u16..250, 0..20),
        proptest::collection::vec((0_u16..250, op), 0..8),
        proptest::collection::vec(proptest::bool::weighted(0.8), 250),
        proptest::collection::vec(1_u8..12, 5),
        0_u16..250,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn any_life_is_dunned_as_a_desk_does_that_counts_day_by_day(
        (open, closed, mut ops, runs, gaps, look) in lives(),
    ) {
        let first = date(2026, 11, 2);
        let due_on = first.saturating_add(30.days());
        let window = vec![Window { from: MinuteOfDay::new(0).unwrap(), to: MinuteOfDay::new(60).unwrap() }];
        let on = |n: usize| if open[n] { window.clone() } else { Vec::new() };
        let hours = WeeklyHours {
            monday: on(0), tuesday: on(1), wednesday: on(2), thursday: on(3), friday: on(4), saturday: on(5), sunday: on(6),
        };
        let off = |day: Date| closed.iter().any(|n| first.saturating_add(i64::from(*n).days()) == day);
        let holidays: Vec<Holiday> = closed
            .iter()
            .map(|n| first.saturating_add(i64::from(*n).days()).to_string())
            .map(|on| Holiday { on: on.parse().unwrap(), name: "Off".into() })
            .collect();
        let calendar = BusinessDays::new(&Hours::Weekly(hours), &holidays);
        let works = |day: Date| open[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap()] && !off(day);
        let mut policy = DunningPolicy::default();
        let mut sum = 0;
        for (step, gap) in policy.steps.iter_mut().skip(1).zip(&gaps) {
            sum += i16::from(*gap);
            step.days = sum;
        }
        ops.sort_by_key(|(day, _)| *day);

        let mut dunning = Dunning::default();
        // The desk's notes: what is paused, the place of the last step, and business days since the due date or the
        // last step after it.
        let (mut disputed, mut promised, mut place, mut since) = (false, None::<Date>, 0, 0);
        let mut foretold = None;
        for n in 0_u16..250 {
            let today = first.saturating_add(i64::from(n).days());
            for (_, op) in ops.iter().filter(|(day, _)| *day == n) {
                match op {
                    Op::Dispute => {
                        disputed = true;
                        dunning = dunning.pause(Pause { why: PauseReason::Dispute, from: today, until: None }).unwrap();
                    }
                    Op::Settle => {
                        disputed = false;
                        dunning = dunning.resume(PauseReason::Dispute, today);
                    }
                    Op::Promise(days) => {
                        let until = today.saturating_add(i64::from(*days).days());
                        promised = promised.max(Some(until));
                        let pause = Pause { why: PauseReason::PromiseToPay, from: today, until: Some(until) };
                        dunning = dunning.pause(pause).unwrap();
                    }
                    Op::BreakPromise => {
                        promised = None;
                        dunning = dunning.resume(PauseReason::PromiseToPay, today);
                    }
                }
                foretold = None;
            }
            let paused = disputed || promised.is_some_and(|until| today < until);
            if today > due_on {
                place = place.max(1);
                since += i32::from(works(today) && !paused);
            }
            if n == look {
                foretold = Some(dunning.next_on(&policy, due_on, &calendar, today));
            }
            let step = policy.steps.get(place);
            let before = place.checked_sub(1).and_then(|before| policy.steps.get(before)).map_or(0, |b| b.days.max(0));
            let reached = step.filter(|_| !paused).filter(|step| match step.kind {
                StepKind::Reminder => {
                    let mut left = (0..).map(|back| due_on.saturating_sub(i64::from(back).days()));
                    let worked = left.by_ref().skip(1).filter(|day| works(*day)).nth(2).unwrap();
                    today >= worked
                }
                _ => since >= i32::from(step.days - before),
            });
            let got = dunning.due(&policy, due_on, &calendar, today);
            prop_assert_eq!(got, reached, "on {}", today);
            if let Some(Some(day)) = foretold {
                prop_assert!(today <= day, "nothing happened on the day that was foretold");
                prop_assert_eq!(got.is_some(), today == day, "foretold {}, now {}", day, today);
                foretold = foretold.filter(|_| today < day);
            }
            if let Some(step) = got.filter(|_| runs[usize::from(n)]) {
                dunning = dunning.take(step.kind, &policy, due_on, &calendar, today).unwrap();
                place += 1;
                since = if step.days > 0 { 0 } else { since };
                prop_assert_eq!(dunning.due(&policy, due_on, &calendar, today), None, "one step a day");
            }
        }
        prop_assert!(dunning.taken.windows(2).all(|pair| pair[0].kind < pair[1].kind && pair[0].on < pair[1].on));
    }

    #[test]
    fn interest_is_the_same_however_often_it_is_charged(
        percent in 0_u32..2_000, balances in proptest::collection::vec((0_u8..40, 0_i64..5_000_000), 1..6),
        mut charges in proptest::collection::vec(0_u16..400, 1..10),
    ) {
        let (percent, due_on) = (Decimal::new(percent.into(), 2), date(2027, 11, 20));
        let mut from = date(2027, 11, 1);
        let mut owed = Vec::new();
        for (days, minor) in balances {
            owed.push(Owed { from, balance: eur(minor) });
            from = from.saturating_add((i64::from(days) + 1).days());
        }
        charges.sort_unstable();
        let mut charged = eur(0);
        for day in &charges {
            let until = due_on.saturating_add(i64::from(*day).days());
            charged = charged.plus(interest(percent, due_on, &owed, until, charged).unwrap()).unwrap();
        }
        // Day by day, by the balance at its end.
        let last = i64::from(*charges.last().unwrap());
        let of_day = |n: i64| {
            let day = due_on.saturating_add(n.days());
            owed.iter().rev().find(|part| part.from <= day).map_or(0, |part| part.balance.minor())
        };
        let sum: i64 = (1..=last).map(of_day).sum();
        let exact = Decimal::new(sum, 2) * percent / Decimal::from(36_500);
        prop_assert_eq!(charged, Money::rounded(exact, Currency::EUR).unwrap());
    }
}
