//! Retries: when a method is tried again, and with what.

mod properties;

use domain::billing::retry::*;
use domain::billing::wallet::{MethodKind, SavedMethod, Shown, Wallet};
use domain::error::Refusal;
use domain::ids::{ClientId, InvoiceId, PaymentMethodId};
use domain::invalid::Check;
use domain::money::Money;
use iso_currency::Currency;
use jiff::Timestamp;
use uuid::Uuid;

const SOFT: AttemptResult = AttemptResult::Declined { class: DeclineClass::Soft };
const DAY_S: i64 = 86_400;

fn method(n: u8) -> PaymentMethodId {
    PaymentMethodId::from_uuid(Uuid::from_u128(n.into()))
}

fn charging() -> Charging {
    Charging::new(InvoiceId::from_uuid(Uuid::nil()), method(0), Timestamp::UNIX_EPOCH)
}

fn charging_from(not_before: Timestamp) -> Charging {
    Charging { not_before, ..charging() }
}

fn owed() -> Money {
    Money::new(12_300, Currency::EUR)
}

fn day(n: i64) -> Timestamp {
    Timestamp::from_second(n * DAY_S).unwrap()
}

/// Charges now and gets an answer.
fn tried(charging: Charging, result: AttemptResult, policy: &RetryPolicy, random: u64, now: Timestamp) -> Charging {
    let (charging, attempt) = charging.begin(owed(), now).unwrap();
    charging.close(attempt.n, result, policy, random, now).unwrap()
}

#[test]
fn by_default_there_are_4_tries_in_exactly_21_days() {
    let policy = RetryPolicy::default();
    let mut charging = charging();
    for (on, next) in [(0, Some(3)), (3, Some(9)), (9, Some(21)), (21, None)] {
        assert_eq!(charging.next(owed(), day(on)), Next::Charge {}, "day {on}");
        charging = tried(charging, SOFT, &policy, 0, day(on));
        assert_eq!(charging.due_at(owed(), day(on)), next.map(day), "after day {on}");
    }
    assert_eq!(charging.next(owed(), day(500)), Next::Stop(Stopped::TriedEnough));
}

#[test]
fn a_try_counts_from_when_it_was_sent_and_not_from_when_its_answer_came() {
    let policy = RetryPolicy::default();
    let (charging, attempt) = charging().begin(owed(), day(0)).unwrap();
    let charging = charging.close(attempt.n, SOFT, &policy, 0, day(2)).unwrap();
    assert_eq!(charging.due_at(owed(), day(2)), Some(day(3)));
}

#[test]
fn chance_only_shortens_a_wait() {
    let policy = RetryPolicy::default();
    for (random, hours) in [(0, 72.0), (u64::MAX / 2, 68.4), (u64::MAX, 64.8)] {
        let got = policy.wait(1, random).as_secs_f64() / 3_600.0;
        assert!((got - hours).abs() < 0.01, "{random}: {got} hours");
    }
}

#[test]
fn a_decline_says_what_is_waited_for() {
    let policy = RetryPolicy::default();
    let declined = |class| tried(charging(), AttemptResult::Declined { class }, &policy, 0, day(0));
    let hard = declined(DeclineClass::Hard);
    assert_eq!(hard.next(owed(), day(300)), Next::Stop(Stopped::NeedsMethod));
    assert_eq!(hard.clone().with_method(method(0), day(4)), hard, "the same method is no other");
    let other = hard.with_method(method(1), day(4));
    assert_eq!((other.next(owed(), day(4)), other.tries), (Next::Charge {}, 0));
    let payer = declined(DeclineClass::NeedsAuthentication);
    assert_eq!(payer.next(owed(), day(300)), Next::Stop(Stopped::NeedsPayer));
    assert_eq!(declined(DeclineClass::Soft).next(owed(), day(0)), Next::Wait { until: day(3) });
}

#[test]
fn what_the_provider_takes_by_no_method_is_not_tried_again_by_itself_and_by_hand_it_is() {
    let policy = RetryPolicy::default();
    let refused = tried(charging(), AttemptResult::Declined { class: DeclineClass::NotTaken }, &policy, 0, day(0));
    assert_eq!(refused.due_at(owed(), day(300)), None);
    assert_eq!(refused.next(owed(), day(300)), Next::Stop(Stopped::Refused));
    let quoted = refused.clone().quoting(1, &"x".repeat(MOST_SAID + 1));
    assert_eq!(quoted.latest().and_then(|attempt| attempt.said.as_ref()).map(String::len), Some(MOST_SAID));
    assert_eq!(refused.hurried(day(1)).next(owed(), day(1)), Next::Charge {});
}

#[test]
fn a_new_method_has_tries_of_its_own_but_never_more_than_8_in_60_days() {
    let policy = RetryPolicy { tries: 255, first_wait_hours: 1, factor: 1, jitter_percent: 0 };
    let mut charging = charging();
    for n in 0..8 {
        charging = tried(charging, AttemptResult::Declined { class: DeclineClass::Hard }, &policy, 0, day(n.into()));
        charging = charging.with_method(method(n + 1), day(n.into()));
    }
    assert_eq!(charging.next(owed(), day(8)), Next::Wait { until: day(60) });
    let charging = tried(charging, SOFT, &policy, 0, day(60));
    assert_eq!(charging.next(owed(), day(60)), Next::Wait { until: day(61) });
    assert_eq!(charging.attempts.len(), 8, "what is over for 60 days is not kept");
}

#[test]
fn what_is_not_known_is_asked_first_and_what_never_arrived_goes_again_under_its_key() {
    let policy = RetryPolicy::default();
    let (open, first) = charging().begin(owed(), day(0)).unwrap();
    assert_eq!(open.next(owed(), day(40)), Next::Ask { n: 1 });
    assert!(matches!(open.clone().begin(owed(), day(40)), Err(Refusal::Conflict { .. })));
    let unknown = open.close(1, AttemptResult::Unknown {}, &policy, 0, day(0)).unwrap();
    let other = unknown.clone().with_method(method(1), day(1));
    assert_eq!(other.next(owed(), day(40)), Next::Ask { n: 1 }, "another method changes nothing about it");
    let lost = unknown.close(1, AttemptResult::NeverArrived {}, &policy, 0, day(1)).unwrap();
    assert_eq!(lost.next(owed(), day(1)), Next::Resend { n: 1 });
    assert!(matches!(lost.clone().begin(owed(), day(40)), Err(Refusal::Conflict { .. })));
    let less = Money::new(1, Currency::EUR);
    assert_eq!(lost.next(less, day(1)), Next::Charge {}, "a key is good for one amount only");
    let (again, second) = lost.resend(1, owed(), day(1)).unwrap();
    assert_eq!((second.key, second.n), (first.key, first.n));
    assert_eq!(again.next(owed(), day(1)), Next::Ask { n: 1 });
    assert_eq!(again.tries, 1, "it is the same try");
}

#[test]
fn success_is_final() {
    let (policy, nothing) = (RetryPolicy::default(), Money::zero(Currency::EUR));
    let paid = tried(charging(), AttemptResult::Succeeded {}, &policy, 0, day(0));
    assert_eq!((paid.next(nothing, day(90)), paid.stands(nothing)), (Next::Done {}, None));
    for later in [SOFT, AttemptResult::Unknown {}, AttemptResult::NeverArrived {}, AttemptResult::Open {}] {
        assert_eq!(paid.clone().close(1, later, &policy, 0, day(1)).unwrap(), paid, "{later:?}");
    }
    let declined = tried(charging(), SOFT, &policy, 0, day(0));
    let late = declined.close(1, AttemptResult::Succeeded {}, &policy, 0, day(1)).unwrap();
    assert_eq!(late.next(nothing, day(90)), Next::Done {}, "money that came counts, whatever was said before");
    assert_eq!(charging().next(nothing, day(0)), Next::Done {}, "paid by other means");
}

#[test]
fn money_that_went_back_is_charged_again_only_when_somebody_says_so() {
    let policy = RetryPolicy { tries: 1, ..RetryPolicy::default() };
    let paid = tried(charging(), AttemptResult::Succeeded {}, &policy, 0, day(0));
    assert_eq!(paid.next(owed(), day(90)), Next::Stop(Stopped::WentBack));
    assert_eq!((paid.due_at(owed(), day(90)), paid.stands(owed())), (None, Some(Stopped::WentBack)));
    assert_eq!(paid.clone().with_method(method(0), day(1)), paid, "the same method is no other");
    for again in [paid.clone().hurried(day(1)), paid.clone().with_method(method(1), day(1))] {
        assert_eq!((again.next(owed(), day(1)), again.stands(owed()), again.tries), (Next::Charge {}, None, 0));
        let told_late = again.clone().close(1, AttemptResult::Succeeded {}, &policy, 0, day(1)).unwrap();
        assert_eq!(told_late, again, "what is told of the first charge once more is no news");
        let (again, attempt) = again.begin(owed(), day(1)).unwrap();
        assert_eq!(attempt.n, 2, "under a key of its own");
        let again = again.close(2, AttemptResult::Succeeded {}, &policy, 0, day(1)).unwrap();
        assert_eq!(again.next(owed(), day(2)), Next::Stop(Stopped::WentBack), "and so once more");
    }
    let enough = tried(paid.hurried(day(1)), SOFT, &policy, 0, day(1));
    assert_eq!(enough.next(owed(), day(1)), Next::Stop(Stopped::TriedEnough), "with as many tries as any");
}

#[test]
fn what_was_waited_for_is_over_once_it_is_paid() {
    let (policy, nothing) = (RetryPolicy::default(), Money::zero(Currency::EUR));
    for (class, why) in [
        (DeclineClass::NeedsAuthentication, Stopped::NeedsPayer),
        (DeclineClass::Hard, Stopped::NeedsMethod),
        (DeclineClass::NotTaken, Stopped::Refused),
    ] {
        let waits = tried(charging(), AttemptResult::Declined { class }, &policy, 0, day(0));
        // On its page, by bank: there is nothing to wait for; and again once that went back.
        assert_eq!((waits.stands(owed()), waits.stands(nothing)), (Some(why), None));
        // The payer confirmed this very try.
        let confirmed = waits.close(1, AttemptResult::Succeeded {}, &policy, 0, day(1)).unwrap();
        assert_eq!((confirmed.stopped, confirmed.succeeded), (None, true), "{why:?}");
    }
}

#[test]
fn what_was_paid_otherwise_and_went_back_is_charged_by_hand_or_to_another_method() {
    let back = charging().went_back();
    assert_eq!((back.stands(owed()), back.due_at(owed(), day(1))), (Some(Stopped::WentBack), None));
    let other = back.clone().agreed(method(1), day(2));
    for again in [back.clone().hurried(day(2)), other] {
        assert_eq!((again.next(owed(), day(2)), again.stands(owed())), (Next::Charge {}, None));
    }
    assert_eq!(back.clone().agreed(method(0), day(2)), back, "the same method is no other");
    let policy = RetryPolicy::default();
    let hard = AttemptResult::Declined { class: DeclineClass::Hard };
    for before in [
        tried(charging(), hard, &policy, 0, day(0)),
        tried(charging(), AttemptResult::Succeeded {}, &policy, 0, day(0)),
    ] {
        assert_eq!(before.clone().went_back(), before, "it says why already");
    }
}

#[test]
fn a_policy_is_held_to_its_bounds() {
    let faults = |policy: RetryPolicy| {
        let mut check = Check::new();
        policy.check("/retry", &mut check);
        match check.done() {
            Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| fault.field).collect(),
            _ => Vec::new(),
        }
    };
    let good = RetryPolicy::default();
    assert!(faults(good).is_empty());
    for (policy, field) in [
        (RetryPolicy { tries: 0, ..good }, "/retry/tries"),
        (RetryPolicy { tries: 9, first_wait_hours: 1, factor: 1, ..good }, "/retry/tries"),
        (RetryPolicy { tries: 6, ..good }, "/retry/tries"),
        (RetryPolicy { first_wait_hours: 0, ..good }, "/retry/first_wait_hours"),
        (RetryPolicy { first_wait_hours: 721, tries: 2, ..good }, "/retry/first_wait_hours"),
        (RetryPolicy { factor: 5, tries: 2, ..good }, "/retry/factor"),
        (RetryPolicy { jitter_percent: 51, ..good }, "/retry/jitter_percent"),
    ] {
        assert_eq!(faults(policy), [field], "{policy:?}");
    }
}

/// A wallet with these saved one after another, each with what the client agreed to.
fn wallet(saved: &[(u8, bool)]) -> Wallet {
    let none = Wallet::new(ClientId::from_uuid(Uuid::nil()));
    saved.iter().fold(none, |wallet, (n, agreed)| {
        let shown = Shown { kind: MethodKind::Card, brand: "visa".into(), last4: None, good_until: None };
        let (id, token, added_at) = (method(*n), format!("pm_{n}"), Timestamp::UNIX_EPOCH);
        wallet.with("cus_1".into(), SavedMethod { id, token, shown, added_at, agreed: *agreed }, *agreed).unwrap()
    })
}

#[test]
fn what_is_planned_is_charged_to_what_the_client_agrees_to_when_its_time_has_come() {
    for (saved, next, charged) in [
        (&[(0, true)][..], Next::Charge {}, 0),
        (&[(1, false), (0, true)], Next::Charge {}, 0),
        (&[(0, true), (1, true)], Next::Charge {}, 1),
        (&[(1, true)], Next::Charge {}, 1),
        (&[(0, false)], Next::Stop(Stopped::ByHand), 0),
        (&[(0, true), (1, false)], Next::Stop(Stopped::ByHand), 0),
        (&[(1, false)], Next::Stop(Stopped::NeedsMethod), 0),
        (&[], Next::Stop(Stopped::NeedsMethod), 0),
    ] {
        let looked = charging().by_itself(&wallet(saved), day(2));
        let at = looked.not_before;
        assert_eq!((looked.next(owed(), at), looked.method), (next, method(charged)), "{saved:?}");
    }
}

#[test]
fn what_was_tried_by_hand_plans_only_what_the_client_agreed_to() {
    let policy = RetryPolicy::default();
    let declined = |class| AttemptResult::Declined { class };
    for (result, saved, stopped, due, then) in [
        (SOFT, &[(0, true)][..], None, Some(day(3)), 0),
        (SOFT, &[(0, false)], Some(Stopped::ByHand), None, 0),
        (declined(DeclineClass::Hard), &[(0, false)], Some(Stopped::NeedsMethod), None, 0),
        (declined(DeclineClass::NeedsAuthentication), &[(0, false)], Some(Stopped::NeedsPayer), None, 0),
        (SOFT, &[(0, false), (1, true)], None, Some(day(14)), 1),
        (declined(DeclineClass::Hard), &[(0, false), (1, true)], None, Some(day(14)), 1),
        (declined(DeclineClass::NotTaken), &[(0, false), (1, true)], Some(Stopped::Refused), None, 0),
    ] {
        let after = tried(charging(), result, &policy, 0, day(0)).by_itself(&wallet(saved), day(14));
        let got = (after.stopped, after.due_at(owed(), day(0)), after.method);
        assert_eq!(got, (stopped, due, method(then)), "{result:?} {saved:?}");
    }
}

#[test]
fn what_will_not_work_does_not_come_back_by_itself() {
    let policy = RetryPolicy::default();
    for (result, back) in [
        (SOFT, true),
        (AttemptResult::Declined { class: DeclineClass::Hard }, false),
        (AttemptResult::Declined { class: DeclineClass::NeedsAuthentication }, false),
        (AttemptResult::Succeeded {}, false),
    ] {
        // The one that was agreed to fails, another is tried by hand and fails too.
        let other = tried(charging(), result, &policy, 0, day(0)).with_method(method(1), day(1));
        let other = tried(other, SOFT, &policy, 0, day(1));
        let after = other.by_itself(&wallet(&[(1, false), (0, true)]), day(14));
        assert_eq!(after.due_at(owed(), day(2)).is_some(), back, "{result:?}");
    }
}

#[test]
fn a_new_method_takes_over_when_it_was_planned_and_at_once_what_waits_for_one() {
    let policy = RetryPolicy::default();
    let planned = Charging::new(InvoiceId::from_uuid(Uuid::nil()), method(0), day(14));
    let soft = tried(charging(), SOFT, &policy, 0, day(0));
    let hard = tried(charging(), AttemptResult::Declined { class: DeclineClass::Hard }, &policy, 0, day(0));
    let refused = tried(charging(), AttemptResult::Declined { class: DeclineClass::NotTaken }, &policy, 0, day(0));
    let paid = tried(charging(), AttemptResult::Succeeded {}, &policy, 0, day(0));
    let only = |n| wallet(&[(n, false)]);
    let withdrawn = planned.clone().withdrawn(&only(0), day(14));
    for (what, before, new, due) in [
        ("planned", &planned, 1, Some(day(14))),
        ("planned, the same", &planned, 0, Some(day(14))),
        ("declined for now", &soft, 1, Some(day(3))),
        ("declined for ever", &hard, 1, Some(day(5))),
        ("declined for ever, the same", &hard, 0, None),
        ("taken by none", &refused, 1, None),
        ("went back", &paid, 1, Some(day(5))),
        ("went back, the same", &paid, 0, None),
        ("withdrawn, the same again", &withdrawn, 0, Some(day(14))),
    ] {
        let after = before.clone().agreed(method(new), day(5));
        assert_eq!(after.due_at(owed(), day(1)), due, "{what}");
    }
    assert_eq!(withdrawn.next(owed(), day(14)), Next::Stop(Stopped::ByHand));
    assert_eq!(planned.clone().withdrawn(&only(1), day(14)), planned, "what is gone is told of on its day");
    assert_eq!(hard.clone().withdrawn(&only(0), day(14)), hard, "what waits for a method goes on waiting");
}

#[test]
fn only_what_somebody_asked_for_is_sent_again_without_consent() {
    let policy = RetryPolicy::default();
    let lost = tried(charging(), AttemptResult::Unknown {}, &policy, 0, day(0));
    let lost = lost.close(1, AttemptResult::NeverArrived {}, &policy, 0, day(0)).unwrap();
    assert_eq!(lost.next(owed(), day(1)), Next::Resend { n: 1 });
    let asked = lost.clone().asked_for(1);
    for (charging, saved, seen) in [(&lost, 0, false), (&asked, 0, true), (&asked, 1, false)] {
        assert_eq!(charging.is_seen_through(1, &wallet(&[(saved, false)])), seen);
    }
    let (not_agreed, removed) = (&[(0, false)][..], &[][..]);
    for (what, charging, saved, next) in [
        ("planned", &lost, not_agreed, Next::Stop(Stopped::ByHand)),
        ("planned, and removed", &lost, removed, Next::Stop(Stopped::NeedsMethod)),
        ("asked for", &asked, not_agreed, Next::Resend { n: 1 }),
        ("asked for, and removed", &asked, removed, Next::Stop(Stopped::NeedsMethod)),
        ("planned, and still agreed to", &lost, &[(0, true)], Next::Resend { n: 1 }),
    ] {
        assert_eq!(charging.clone().by_itself(&wallet(saved), day(1)).next(owed(), day(1)), next, "{what}");
    }
}

#[test]
fn a_method_whose_money_went_back_is_charged_by_hand_only_whatever_comes_of_that() {
    let policy = RetryPolicy::default();
    for paid_on in [0, -90] {
        let paid = tried(charging_from(day(paid_on)), AttemptResult::Succeeded {}, &policy, 0, day(paid_on));
        let again = tried(paid.hurried(day(1)), SOFT, &policy, 0, day(1));
        for (saved, stopped, due) in [
            (&[(0, true)][..], Some(Stopped::ByHand), None),
            (&[(0, false)], Some(Stopped::ByHand), None),
            (&[(0, false), (1, true)], None, Some(day(14))),
        ] {
            let after = again.clone().by_itself(&wallet(saved), day(14));
            assert_eq!((after.stopped, after.due_at(owed(), day(2))), (stopped, due), "{paid_on} {saved:?}");
        }
        let by_hand = again.by_itself(&wallet(&[(0, true)]), day(14));
        assert_eq!(by_hand.clone().agreed(method(0), day(14)), by_hand, "{paid_on}: the same once more is no other");
        assert_eq!(by_hand.clone().hurried(day(5)).next(owed(), day(5)), Next::Charge {}, "{paid_on}: by hand it is");
        // Another one that is tried in between does not bring it back.
        let other = tried(by_hand.with_method(method(1), day(5)), SOFT, &policy, 0, day(5));
        let after = other.by_itself(&wallet(&[(1, false), (0, true)]), day(14));
        assert_eq!(after.due_at(owed(), day(5)), None, "{paid_on}");
    }
}
