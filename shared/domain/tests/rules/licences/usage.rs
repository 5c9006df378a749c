//! Use is a set: whatever comes in, in whatever order and however often, comes to the same.

use domain::error::Refusal;
use domain::licences::usage::{Reported, check};
use domain::licences::{ProductUse, Unmatched, Used};
use domain::zone::Zone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{client, contact, day, product};
use crate::common::{at, zone};

fn used(at: Timestamp, feature: Option<&str>) -> Used {
    Used { at, feature: feature.map(|feature| feature.parse().unwrap()) }
}

fn of(events: &[Used], zone: &Zone) -> ProductUse {
    ProductUse::of(client(), product(), contact(9), events, zone).expect("an event")
}

#[test]
fn a_day_is_the_tenants_and_counts_once() {
    let berlin = zone("Europe/Berlin");
    let late = used(at("2026-03-25T23:30:00Z"), None);
    let using = of(&[late.clone(), used(at("2026-03-26T09:00:00Z"), Some("mail")), late], &berlin);
    assert_eq!(using.days_used(day("2026-03-01"), day("2026-03-31")), 1);
    assert!(using.is_used_on(day("2026-03-26")) && !using.is_used_on(day("2026-03-25")));
    assert_eq!(using.hours[&day("2026-03-26")], 1 | 1 << 10, "half past midnight and ten, in Berlin");
    assert_eq!(using.features[&"mail".parse().unwrap()], day("2026-03-26"));
    assert_eq!((using.first_used, using.last_used), (at("2026-03-25T23:30:00Z"), at("2026-03-26T09:00:00Z")));
}

#[test]
fn only_days_that_are_new_are_told() {
    let utc = Zone::utc();
    let before = of(&[used(at("2026-03-25T09:00:00Z"), None)], &utc);
    let after =
        before.clone().and(&[used(at("2026-03-25T10:00:00Z"), None), used(at("2026-04-01T10:00:00Z"), None)], &utc);
    assert_eq!(after.days_beyond(Some(&before)), [day("2026-04-01")]);
    assert_eq!(after.days_beyond(Some(&after)), []);
    assert_eq!(after.days_beyond(None), [day("2026-03-25"), day("2026-04-01")]);
}

#[test]
fn every_day_that_may_be_reported_is_kept() {
    let now = at("2026-03-31T23:00:00Z");
    let oldest = now - SignedDuration::from_hours(24 * 365);
    let reported = |at| Reported { id: "a".into(), who: "x".into(), product: product(), feature: None, at };
    let fits = |at| check(&[reported(at)], &Zone::utc(), now).is_ok();
    assert!(fits(oldest) && !fits(oldest - SignedDuration::from_hours(24)));
    assert!(fits(now + SignedDuration::from_mins(15)) && !fits(now + SignedDuration::from_mins(16)));
    let using = of(&[used(oldest, None), used(now, None)], &Zone::utc());
    assert!(using.is_used_on(day("2025-03-31")));
}

#[test]
fn a_batch_is_refused_whole_with_a_pointer_to_each_event_that_cannot_be_taken() {
    let now = at("2026-03-31T23:00:00Z");
    let good = |id: &str| Reported { id: id.into(), who: "maya".into(), product: product(), feature: None, at: now };
    let late = now - SignedDuration::from_hours(24 * 400);
    for (name, bad, pointer) in [
        ("turned round", Reported { who: "\u{202e}ayam".into(), ..good("b") }, "/events/1/who"),
        ("nobody", Reported { who: String::new(), ..good("b") }, "/events/1/who"),
        ("called as another", good("a"), "/events/1/id"),
        ("too old", Reported { at: late, ..good("b") }, "/events/1/at"),
    ] {
        let batch = [good("a"), bad, good("c")];
        let Err(Refusal::Invalid(faults)) = check(&batch, &Zone::utc(), now) else { panic!("{name}") };
        let at: Vec<&str> = faults.iter().map(|fault| &*fault.field).collect();
        assert_eq!(at, [pointer], "{name}");
    }
}

#[test]
fn a_strangers_days_are_the_first_and_the_last() {
    let on = |on: &str| Unmatched {
        client: client(),
        product: product(),
        who: "x".into(),
        first_on: day(on),
        last_on: day(on),
    };
    let both = on("2026-03-01").and(Some(&on("2026-02-01")));
    assert_eq!((both.first_on, both.last_on), (day("2026-02-01"), day("2026-03-01")));
    assert_eq!(on("2026-02-10").and(Some(&both)), both);
}

fn events() -> impl Strategy<Value = Vec<Used>> {
    let event = (0_i64..365 * 24 * 60, prop::option::of(prop::sample::select(vec!["mail", "web-apps", "files"])));
    let start = at("2025-04-01T00:00:00Z");
    let event = event.prop_map(move |(minutes, feature)| used(start + SignedDuration::from_mins(minutes), feature));
    prop::collection::vec(event, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// In one piece or in parts, in order or not, once or again: the same use, and every day is new exactly once.
    #[test]
    fn order_and_repeats_change_nothing(
        (straight, mixed) in events().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        cut in 0_usize..80,
        again in 0_usize..80,
    ) {
        let berlin = zone("Europe/Berlin");
        let whole = of(&straight, &berlin);
        let cut = cut.clamp(1, mixed.len());
        let first = of(&mixed[..cut], &berlin);
        let both = first.clone().and(&mixed[cut..], &berlin);
        let replayed = both.clone().and(&mixed[again.min(mixed.len())..], &berlin);
        prop_assert_eq!(&both, &whole);
        prop_assert_eq!(&replayed, &whole);
        let mut new = first.days_beyond(None);
        new.extend(both.days_beyond(Some(&first)));
        new.sort();
        prop_assert_eq!(new, whole.days_beyond(None));
        prop_assert_eq!(replayed.days_beyond(Some(&both)), vec![]);
    }
}
