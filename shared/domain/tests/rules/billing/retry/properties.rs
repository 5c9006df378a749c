//! No history of lost answers charges twice.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::retry::*;
use domain::ids::PaymentMethodId;
use domain::money::Money;
use iso_currency::Currency;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{SOFT, charging, day, method, owed};

/// What happens to a charge on its way to the provider and back.
#[derive(Debug, Clone, Copy)]
struct Fate {
    dies_before_the_call: bool,
    arrives: bool,
    answer_lost: bool,
    class: Option<u8>,
    random: u64,
}

#[derive(Debug, Clone, Copy)]
enum Op {
    Work(Fate),
    Hours(u16),
    Method(u8),
    /// Somebody charges it now.
    Hand,
    /// What was paid goes back.
    Back,
    /// The provider tells by itself what became of an attempt.
    Told(u8, u64),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let fate =
        (any::<[bool; 3]>(), proptest::option::weighted(0.9, 0_u8..3), any::<u64>()).prop_map(|(b, class, random)| {
            Op::Work(Fate {
                dies_before_the_call: b[0] && b[1],
                arrives: b[1] || b[2],
                answer_lost: b[0],
                class,
                random,
            })
        });
    let op = prop_oneof![
        8 => fate,
        4 => (0_u16..400).prop_map(Op::Hours),
        2 => (0_u8..5).prop_map(Op::Method),
        1 => Just(Op::Hand),
        1 => Just(Op::Back),
        1 => (any::<u8>(), any::<u64>()).prop_map(|(n, random)| Op::Told(n, random)),
    ];
    proptest::collection::vec(op, 1..80)
}

fn policies() -> impl Strategy<Value = RetryPolicy> {
    prop_oneof![
        Just(RetryPolicy::default()),
        (any::<u8>(), 0_u16..200, any::<u8>(), any::<u8>()).prop_map(
            |(tries, first_wait_hours, factor, jitter_percent)| {
                RetryPolicy { tries, first_wait_hours, factor, jitter_percent }
            }
        ),
    ]
}

/// The provider: what arrived under each key, once, and what came of it.
#[derive(Default)]
struct Provider {
    charges: BTreeMap<String, (Timestamp, PaymentMethodId, AttemptResult)>,
    /// The key of the latest.
    latest: Option<String>,
}

impl Provider {
    fn call(&mut self, attempt: &Attempt, fate: Fate, now: Timestamp) -> AttemptResult {
        if fate.arrives {
            let class = [DeclineClass::Soft, DeclineClass::Hard, DeclineClass::NeedsAuthentication];
            // Soft declines are the most common.
            let result = match fate.class {
                None => AttemptResult::Succeeded {},
                Some(0) => AttemptResult::Declined { class: class[(fate.random % 3) as usize] },
                Some(_) => SOFT,
            };
            self.charges.entry(attempt.key.clone()).or_insert((now, attempt.method, result));
            self.latest = Some(attempt.key.clone());
        }
        if fate.answer_lost || !fate.arrives { AttemptResult::Unknown {} } else { self.ask(&attempt.key) }
    }

    /// How many charges succeeded.
    fn paid(&self) -> usize {
        self.charges.values().filter(|(_, _, result)| *result == AttemptResult::Succeeded {}).count()
    }

    fn ask(&self, key: &str) -> AttemptResult {
        self.charges.get(key).map_or(AttemptResult::NeverArrived {}, |(_, _, result)| *result)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_history_charges_twice_or_more_often_than_allowed(ops in ops(), policy in policies()) {
        let (mut charging, mut provider, mut now) = (charging(), Provider::default(), day(0));
        let mut keys = BTreeMap::new();
        // What the books have of the charges, how often it went back, and whether somebody said since what happens next.
        let (mut booked, mut backs, mut said, mut hurried) = (BTreeSet::new(), 0, true, false);
        for op in ops {
            let left = if booked.len() > backs { Money::zero(Currency::EUR) } else { owed() };
            match op {
                Op::Hours(hours) => now += SignedDuration::from_hours(hours.into()),
                Op::Method(n) => {
                    // Nobody asks for more while nothing is left to pay.
                    if left == owed() {
                        said = said || method(n) != charging.method;
                        charging = charging.with_method(method(n), now);
                    }
                }
                Op::Hand => {
                    if left == owed() {
                        (said, hurried) = (true, true);
                        charging = charging.hurried(now);
                    }
                }
                Op::Back => {
                    if booked.len() > backs {
                        (backs, said) = (backs + 1, false);
                    }
                }
                Op::Told(n, random) => {
                    let told = charging.attempts.get(usize::from(n) % charging.attempts.len().max(1));
                    if let Some((n, key)) = told.map(|attempt| (attempt.n, attempt.key.clone())) {
                        charging = charging.close(n, provider.ask(&key), &policy, random, now).unwrap();
                    }
                }
                Op::Work(fate) => {
                    let unsure = |attempt: &&Attempt| attempt.closed_at.is_none();
                    let open = charging.attempts.iter().filter(unsure).count();
                    prop_assert!(open <= 1, "two attempts are open");
                    let next = charging.next(left, now);
                    let attempt = match next {
                        Next::Charge {} => {
                            prop_assert_eq!(open, 0, "charged while something was not known");
                            prop_assert_eq!(provider.paid(), backs, "charged after it was paid");
                            prop_assert!(said, "charged after it went back, and nobody said so");
                            let hopeless = provider.latest.as_ref().and_then(|key| provider.charges.get(key));
                            let same = |of: PaymentMethodId| of == charging.method && charging.tries > 0 && !hurried;
                            if let Some((at, of, SOFT)) = hopeless.filter(|(_, of, _)| same(*of)) {
                                let waited = now.duration_since(*at);
                                prop_assert!(waited >= policy.longest_wait(charging.tries) / 2, "{of} after {waited:?}");
                            }
                            hurried = false;
                            let (after, attempt) = charging.clone().begin(left, now).unwrap();
                            prop_assert!(keys.insert(attempt.key.clone(), attempt.n).is_none(), "a key was used again");
                            charging = after;
                            Some(attempt)
                        }
                        Next::Resend { n } => {
                            let (after, attempt) = charging.clone().resend(n, left, now).unwrap();
                            prop_assert_eq!(keys.get(&attempt.key), Some(&n));
                            charging = after;
                            Some(attempt)
                        }
                        Next::Ask { n } => {
                            let asked = charging.attempts.iter().find(|attempt| attempt.n == n).unwrap();
                            let said = if fate.answer_lost { AttemptResult::Unknown {} } else { provider.ask(&asked.key) };
                            charging = charging.close(n, said, &policy, fate.random, now).unwrap();
                            None
                        }
                        Next::Wait { until } => { prop_assert!(until > now); None }
                        Next::Stop(_) | Next::Done {} => None,
                    };
                    if let Some(attempt) = attempt.filter(|_| !fate.dies_before_the_call) {
                        let said = provider.call(&attempt, fate, now);
                        charging = charging.close(attempt.n, said, &policy, fate.random, now).unwrap();
                    }
                }
            }
            let succeeded = |attempt: &&Attempt| attempt.result == AttemptResult::Succeeded {};
            booked.extend(charging.attempts.iter().filter(succeeded).map(|attempt| attempt.key.clone()));
            prop_assert!(charging.attempts.len() <= usize::from(MOST_TRIES) + 1);
        }
        let paid = provider.paid();
        prop_assert!(paid <= backs + 1, "{paid} charges succeeded, and {backs} went back");
        let times: Vec<Timestamp> = provider.charges.values().map(|(at, ..)| *at).collect();
        for from in &times {
            let window = times.iter().filter(|at| *at >= from && at.duration_since(*from) < SignedDuration::from_hours(60 * 24));
            prop_assert!(window.count() <= usize::from(MOST_TRIES));
        }
    }
}
