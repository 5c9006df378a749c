//! The exact quota, against counting by hand.

use domain::rate::{Counted, Quota, Use};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + ms).expect("an instant of our time")
}

/// How many of these lie in the span that ends at `now`, and which of them leaves it next.
fn by_hand(let_in: &[i64], now: i64) -> (usize, Option<i64>) {
    let inside: Vec<i64> = let_in.iter().copied().filter(|used| *used > now - 60_000 && *used <= now).collect();
    (inside.len(), inside.first().copied())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn five_are_let_in_in_any_minute_and_whoever_waits_as_told_is_the_next(
        pauses in prop::collection::vec(prop_oneof![Just(0_i64), 1..50_i64, 1_000..15_000_i64, Just(60_000_i64)], 1..80),
    ) {
        let quota = Quota::a_minute(5);
        let (mut now, mut kept, mut let_in) = (0, Vec::<Use>::new(), Vec::<i64>::new());
        for (n, pause) in pauses.into_iter().enumerate() {
            now += pause;
            let (inside, oldest) = by_hand(&let_in, now);
            match quota.count(kept.clone(), Uuid::from_u128(n as u128), at(now)) {
                Counted::Now(uses) => {
                    prop_assert!(inside < 5, "a sixth at {now} after {let_in:?}");
                    prop_assert!(uses.len() <= 5);
                    let_in.push(now);
                    kept = uses;
                }
                Counted::Wait(wait) => {
                    prop_assert_eq!(inside, 5, "refused at {} after {:?}", now, &let_in);
                    let left = oldest.expect("five") + 60_000 - now;
                    prop_assert_eq!(wait, SignedDuration::from_millis(left));
                    let again = |ms| quota.count(kept.clone(), Uuid::from_u128(u128::MAX), at(ms));
                    prop_assert!(matches!(again(now + left - 1), Counted::Wait(_)));
                    prop_assert!(matches!(again(now + left), Counted::Now(_)));
                }
                Counted::Before => prop_assert!(false, "a new request was counted before"),
            }
        }
    }
}

#[test]
fn a_request_that_is_run_again_counts_once() {
    let quota = Quota::a_minute(5);
    let request = Uuid::from_u128(1);
    let Counted::Now(kept) = quota.count(Vec::new(), request, at(0)) else { panic!("the first is refused") };
    assert_eq!(quota.count(kept.clone(), request, at(400)), Counted::Before);
    assert!(matches!(quota.count(kept, Uuid::from_u128(2), at(400)), Counted::Now(two) if two.len() == 2));
}

#[test]
fn a_clock_that_is_behind_lets_nobody_in_twice() {
    let quota = Quota::a_minute(5);
    let mut kept = Vec::new();
    for n in 0..5 {
        let Counted::Now(uses) = quota.count(kept, Uuid::from_u128(n), at(10_000)) else { panic!("{n} is refused") };
        kept = uses;
    }
    let behind = quota.count(kept, Uuid::from_u128(9), at(4_000));
    assert_eq!(behind, Counted::Wait(SignedDuration::from_secs(66)));
}
