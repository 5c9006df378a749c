//! What came true: at most what was found, and a seat that is gone for one finding.

use proptest::prelude::*;

use super::*;

fn accepted(kind: Kind, seats: u32, baseline: Baseline, done: bool) -> Finding {
    let whose = (kind != Kind::OverBought).then(|| person(1));
    let key = Key { client: client(), kind, product: product(1), licence: Some(licence(1)), whose };
    Finding {
        id: id(&key),
        key,
        worth: Worth::Saves { yearly: eur(10_000 * i64::from(seats)), seats },
        evidence: Vec::new(),
        action: Action::Reclaim {},
        notice_by: None,
        state: State::Accepted { by: user(), at: Timestamp::UNIX_EPOCH, baseline, done_on: done.then_some(TODAY) },
        found_on: TODAY,
        unit: None,
        counted: Some(eur(10_000 * i64::from(seats))),
        uncounted: None,
        came_true: None,
    }
}

fn now(seats: u32, yearly: i64, claimed: u32) -> Measured {
    Measured { seats, yearly: Some(eur(yearly)), claimed }
}

/// What came true, and how many seats it claims.
fn true_now(finding: &Finding, now: Measured) -> Option<(i64, u32)> {
    let (after, claims) = measure(finding, now, TODAY).unwrap()?;
    Some((after.came_true.unwrap().minor(), claims))
}

#[test]
fn a_seat_that_was_taken_back_comes_true_when_the_licence_has_one_less() {
    let one = accepted(Kind::Unused, 1, baseline(10, 0), true);
    assert_eq!(true_now(&one, now(10, 10_000, 0)), None);
    assert_eq!(true_now(&one, now(9, 10_000, 0)), Some((10_000, 1)));
    assert_eq!(true_now(&one, now(3, 12_000, 0)), Some((10_000, 1)), "never more than was found");
    assert_eq!(true_now(&one, now(10, 8_000, 0)), None, "a cheaper seat is another's merit");
    let held = accepted(Kind::Unused, 1, baseline(10, 0), false);
    assert_eq!(true_now(&held, now(9, 10_000, 0)), None, "the holder has it still");
}

#[test]
fn a_seat_that_another_finding_claimed_since_is_not_there_any_more() {
    let one = accepted(Kind::Unused, 1, baseline(10, 2), true);
    assert_eq!(true_now(&one, now(9, 10_000, 3)), None);
    assert_eq!(true_now(&one, now(8, 10_000, 3)), Some((10_000, 1)));
}

#[test]
fn of_surplus_seats_as_many_come_true_as_are_gone() {
    let five = accepted(Kind::OverBought, 5, baseline(10, 0), false);
    assert_eq!(true_now(&five, now(7, 10_000, 0)), Some((30_000, 3)));
    assert_eq!(true_now(&five, now(0, 10_000, 0)), Some((50_000, 5)));
}

#[test]
fn what_comes_true_in_parts_is_measured_until_all_of_it_has_to_the_cent() {
    // Seven seats for 100.00: what a seat is worth is no whole cent.
    let mut finding = accepted(Kind::OverBought, 7, baseline(10, 2), false);
    finding.worth = Worth::Saves { yearly: eur(10_000), seats: 7 };
    finding.counted = Some(eur(10_000));
    let mut claimed = 2;
    for (seats, came_true, left) in [
        // 100.00 × 2/7, and then × 1/5 and 4/4 of what is left of it.
        (10, None, Some((10_000, 7))),
        (8, Some(2_857), Some((7_143, 5))),
        (8, Some(2_857), Some((7_143, 5))),
        (7, Some(4_286), Some((5_714, 4))),
        (1, Some(10_000), None),
    ] {
        if let Some((after, claims)) = measure(&finding, now(seats, 10_000, claimed), TODAY).unwrap() {
            claimed += claims;
            finding = after;
        }
        assert_eq!(finding.came_true.map(Money::minor), came_true, "{seats} seats");
        let totals = Totals::of(&finding);
        let sums = totals.amounts["EUR"];
        assert_eq!(sums.realised + sums.accepted, 10_000, "nothing is lost, and nothing is there twice");
        match left {
            Some((worth, seats)) => {
                assert!(matches!(finding.state, State::Accepted { .. }));
                assert_eq!(finding.worth, Worth::Saves { yearly: eur(worth), seats });
                assert_eq!(finding.counted, Some(eur(worth)), "until the night says otherwise");
            }
            None => assert_eq!(finding.state, State::Realised { on: TODAY, yearly: eur(5_714) }),
        }
    }
    assert_eq!(claimed, 9, "seven of the nine that are gone");
}

#[test]
fn of_what_counted_less_than_it_was_worth_nothing_below_zero_is_left() {
    let mut finding = accepted(Kind::OverBought, 5, baseline(10, 0), false);
    finding.counted = Some(eur(10_000));
    let (after, _) = measure(&finding, now(7, 10_000, 0), TODAY).unwrap().unwrap();
    assert_eq!((after.counted, after.came_true), (Some(eur(0)), Some(eur(30_000))));
}

#[test]
fn what_is_left_of_a_surplus_counts_as_long_as_it_is_there_and_waits_no_longer_than_anything_else() {
    let mut facts = busy(vec![licensed(1, 1, 10, &[1, 2, 3, 4])]);
    let surplus = reviewed(Vec::new(), &facts).remove(0);
    let accepted = said(surplus, Decision::Accept, baseline(10, 0));
    facts.licences[0] = Licence { seats: 7, settled_seats: 7, planned_seats: 7, ..facts.licences[0].clone() };
    let (left, claims) = measure(&accepted, now(7, 10_000, 0), TODAY).unwrap().unwrap();
    let again = |known: &Finding, facts: &Facts| {
        let own = |one: &Finding| one.key.kind == Kind::OverBought;
        reviewed_after(vec![known.clone()], facts, claims).into_iter().find(own).unwrap()
    };
    let after = again(&left, &facts);
    assert_eq!((after.counted, after.came_true, claims), (Some(eur(30_000)), Some(eur(30_000)), 3));
    // Three more are planned to go: what is left waits for the bill, a year and a month at most.
    facts.licences[0] = Licence { settled_seats: 4, planned_seats: 4, ..facts.licences[0].clone() };
    let waits = again(&after, &facts);
    assert!(matches!(waits.state, State::Accepted { done_on: Some(TODAY), .. }));
    assert_eq!(waits.counted, Some(eur(30_000)));
    facts.today = TODAY.saturating_add(397.days());
    let over = again(&waits, &facts);
    assert_eq!((over.state, over.came_true), (State::Gone { on: facts.today }, Some(eur(30_000))));
}

#[test]
fn a_smaller_edition_comes_true_by_one_larger_seat_less_or_by_a_lower_cost() {
    let one = accepted(Kind::WrongEdition, 1, baseline(10, 0), true);
    assert_eq!(true_now(&one, now(9, 10_000, 0)), Some((10_000, 1)));
    assert_eq!(true_now(&one, now(10, 4_000, 0)), Some((6_000, 0)));
    assert_eq!(true_now(&one, now(10, 11_000, 0)), None);
    let usd = Measured { yearly: Some(Money::new(1, Currency::USD)), ..now(10, 0, 0) };
    assert_eq!(true_now(&one, usd), None);
}

#[test]
fn what_came_true_before_is_kept_and_what_is_open_does_not_come_true() {
    let mut one = accepted(Kind::Unused, 1, baseline(10, 0), true);
    one.came_true = Some(eur(7_000));
    let (after, _) = measure(&one, now(9, 10_000, 0), TODAY).unwrap().unwrap();
    assert_eq!(after.came_true, Some(eur(17_000)));
    assert_eq!(Totals::of(&after).amounts["EUR"].realised, 17_000);
    one.state = State::Open {};
    assert_eq!(true_now(&one, now(9, 10_000, 0)), None);
}

/// Of one seat that costs 100.00: what was accepted of it, in this order.
fn of_one_seat(findings: &[(Kind, i64, bool)]) -> Vec<Finding> {
    let one = |(at, (kind, worth, done)): (i64, &(Kind, i64, bool))| {
        let finding = accepted(*kind, 1, baseline(10, 0), *done);
        let State::Accepted { by, baseline, done_on, .. } = finding.state else { unreachable!() };
        let state = State::Accepted { by, at: Timestamp::from_second(at).unwrap(), baseline, done_on };
        Finding { worth: Worth::Saves { yearly: eur(*worth), seats: 1 }, state, ..finding }
    };
    (0..).zip(findings).map(one).collect()
}

#[test]
fn what_is_counted_of_a_seat_is_what_is_measured_of_it_whatever_was_accepted_first() {
    let (overlap, edition, unused) = (Kind::Overlap, Kind::WrongEdition, Kind::Unused);
    // Seats and the cost of one by the bill, and whether the holder has the seat still; what comes true, how many seats that
    // claims, and what of the rest is left.
    for (findings, (seats, cost, held), came_true, claims, left) in [
        // The seat is gone, and with it what else was accepted for it, also where more seats are gone than that one.
        (vec![(edition, 4_000, true), (overlap, 10_000, true)], (9, 10_000, false), 10_000, 1, None),
        (vec![(edition, 4_000, true), (overlap, 10_000, true)], (8, 10_000, false), 10_000, 1, None),
        (vec![(overlap, 10_000, true), (edition, 4_000, true)], (8, 10_000, false), 10_000, 1, None),
        (vec![(unused, 10_000, true), (overlap, 10_000, true)], (8, 10_000, false), 10_000, 1, None),
        // It is held at a lower cost: taking it back saves so much less.
        (vec![(overlap, 10_000, false), (edition, 4_000, true)], (10, 6_000, true), 4_000, 0, Some(6_000)),
        (vec![(edition, 4_000, true), (overlap, 10_000, false)], (10, 7_500, true), 2_500, 0, Some(7_500)),
        (vec![(edition, 4_000, true), (overlap, 3_000, false)], (10, 6_000, true), 4_000, 0, None),
        // Nothing is smaller yet.
        (vec![(edition, 4_000, false), (overlap, 10_000, false)], (10, 10_000, true), 0, 0, Some(10_000)),
    ] {
        let case = format!("{findings:?} with {seats} seats at {cost}");
        let mut before = of_one_seat(&findings);
        let holders: Vec<u128> = (if held { 1 } else { 2 }..=10).take(usize::try_from(seats).unwrap()).collect();
        let licensed = Licence { cost: Cost::Yearly(eur(cost)), ..licensed(1, 1, seats, &holders) };
        let count_all = |findings: &mut [Finding], claimed: u32| {
            let licences = BTreeMap::from([(licence(1), &licensed)]);
            count(findings, &licences, &Claimed::from([(licence(1), claimed)])).unwrap();
        };
        count_all(&mut before, 0);
        let promised = counted(&before);
        let licences = BTreeMap::from([(licence(1), now(seats, cost, 0))]);
        let CameTrue { findings: changed, claimed } = measure_all(&before, &licences, TODAY, 80).unwrap();
        let mut after = before.clone();
        changed.into_iter().for_each(|(at, finding)| after[at] = finding);
        let realised: i64 = after.iter().filter_map(|finding| finding.came_true).map(Money::minor).sum();
        assert_eq!((realised, claimed[&licence(1)]), (came_true, claims), "{case}");
        if came_true > 0 {
            assert_eq!(realised, promised, "{case}");
        }
        count_all(&mut after, claims);
        let accepted = after.iter().filter(|finding| matches!(finding.state, State::Accepted { .. }));
        assert_eq!(
            (counted(&after), accepted.count()),
            (left.unwrap_or(0), left.map_or(0, |_| findings.len() - usize::from(came_true > 0))),
            "{case}"
        );
        // And a bill later the same.
        let again = BTreeMap::from([(licence(1), now(seats, cost, claims))]);
        assert_eq!(measure_all(&after, &again, TODAY, 80).unwrap().findings, [], "{case}");
    }
}

#[test]
fn of_two_findings_for_a_seat_the_one_in_the_currency_that_is_paid_is_counted_and_measured() {
    // 60,000 yen were found before the licence was paid for in euros, and 300.00 EUR since.
    let jpy = Money::new(60_000, Currency::JPY);
    for (old, new) in [(Kind::Overlap, Kind::Unused), (Kind::Unused, Kind::Overlap)] {
        for done in [true, false] {
            let mut all = of_one_seat(&[(old, 0, true), (new, 30_000, done)]);
            all[0].worth = Worth::Saves { yearly: jpy, seats: 1 };
            let licensed = Licence { cost: Cost::Yearly(eur(30_000)), ..licensed(1, 1, 10, &[2]) };
            count(&mut all, &BTreeMap::from([(licence(1), &licensed)]), &Claimed::new()).unwrap();
            let same = Uncounted::SameSeat { finding: all[1].id };
            assert_eq!((all[0].counted, &all[0].uncounted), (Some(Money::zero(Currency::JPY)), &Some(same)), "{new:?}");
            assert_eq!((all[1].counted, &all[1].uncounted), (Some(eur(30_000)), &None), "{new:?}");
            if done {
                let licences = BTreeMap::from([(licence(1), now(9, 30_000, 0))]);
                let CameTrue { findings, claimed } = measure_all(&all, &licences, TODAY, 80).unwrap();
                let came_true: Vec<_> = findings.iter().map(|(at, after)| (*at, after.came_true)).collect();
                assert_eq!((came_true, claimed[&licence(1)]), (vec![(0, None), (1, Some(eur(30_000)))], 1), "{new:?}");
            }
        }
    }
}

#[test]
fn of_a_licence_that_is_paid_in_another_currency_or_not_by_the_year_nothing_is_counted_nor_measured_until_it_ends() {
    let one = accepted(Kind::Unused, 1, baseline(10, 0), true);
    let usd = Money::new(10_000, Currency::USD);
    for cost in [Cost::Yearly(usd), Cost::Perpetual, Cost::ByUse, Cost::Unknown] {
        let paid = Measured { yearly: cost.yearly(), ..now(9, 0, 0) };
        assert_eq!(true_now(&one, paid), None, "{cost:?}");
        let licensed = Licence { cost, ..licensed(1, 1, 9, &[]) };
        let mut all = [one.clone()];
        count(&mut all, &BTreeMap::from([(licence(1), &licensed)]), &Claimed::new()).unwrap();
        assert_eq!((counted(&all), &all[0].uncounted), (0, &Some(Uncounted::NotPaid {})), "{cost:?}");
    }
    assert_eq!(true_now(&one, Measured { seats: 0, yearly: None, claimed: 0 }), Some((10_000, 1)));
}

#[test]
fn what_comes_true_in_parts_is_the_same_as_at_once() {
    let of = |n: u128| {
        let finding = accepted(Kind::Unused, 1, baseline(10, 0), true);
        let key = Key { whose: Some(person(n)), ..finding.key.clone() };
        Finding { id: id(&key), key, ..finding }
    };
    let (mut some, mut claimed) = ((1..=5).map(of).collect::<Vec<Finding>>(), 0);
    let licences = |claimed| BTreeMap::from([(licence(1), now(7, 10_000, claimed))]);
    let mut all = some.clone();
    for (at, finding) in measure_all(&all.clone(), &licences(0), TODAY, 80).unwrap().findings {
        all[at] = finding;
    }
    let mut parts = Vec::new();
    loop {
        let part = measure_all(&some, &licences(claimed), TODAY, 2).unwrap();
        if part.findings.is_empty() {
            break;
        }
        parts.push(part.findings.len());
        claimed = part.claimed[&licence(1)];
        part.findings.into_iter().for_each(|(at, finding)| some[at] = finding);
    }
    assert_eq!((&some, parts, claimed), (&all, vec![2, 1], 3), "three of five, for three seats are gone");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn findings_never_claim_more_seats_than_a_licence_gave_up(
        start in 5_u32..30,
        steps in prop::collection::vec((any::<bool>(), 0_u32..4, 1_u32..5), 1..30),
    ) {
        let (mut seats, mut claimed, mut given_up) = (start, 0, 0);
        let mut pending: Vec<Finding> = Vec::new();
        for (accepts, fewer, wants) in steps {
            if accepts {
                let kind = if wants == 1 { Kind::Unused } else { Kind::OverBought };
                pending.push(accepted(kind, wants, baseline(seats, claimed), true));
            }
            let fewer = fewer.min(seats);
            (seats, given_up) = (seats - fewer, given_up + fewer);
            let mut waits = Vec::new();
            for finding in pending {
                match measure(&finding, now(seats, 10_000, claimed), TODAY).unwrap() {
                    Some((after, claims)) => {
                        claimed += claims;
                        waits.extend(Some(after).filter(|after| matches!(after.state, State::Accepted { .. })));
                    }
                    None => waits.push(finding),
                }
            }
            pending = waits;
            prop_assert!(claimed <= given_up, "{claimed} claimed of {given_up}");
        }
    }
}

#[test]
fn a_seat_that_was_given_back_since_the_review_comes_true_with_the_surplus_on_the_same_bill() {
    let left = accepted(Kind::Left, 1, baseline(3, 0), false);
    let surplus = accepted(Kind::OverBought, 1, baseline(3, 0), false);
    // As long as the licence has its seats nobody need look; then the seat's holder is asked for.
    assert_eq!(asks_for(&left, now(3, 10_000, 0)), None);
    assert_eq!(asks_for(&left, now(1, 10_000, 0)), Some(&person(1)));
    assert_eq!(asks_for(&surplus, now(1, 10_000, 0)), None, "it is about no holder");
    let measured = |left: Finding| {
        let licences = BTreeMap::from([(licence(1), now(1, 10_000, 0))]);
        let true_now = measure_all(&[left, surplus.clone()], &licences, TODAY, 10).unwrap();
        (true_now.findings.len(), true_now.claimed[&licence(1)])
    };
    assert_eq!(measured(left.clone()), (1, 1), "the holder has it still");
    assert_eq!(measured(given_back(left.clone(), TODAY)), (2, 2));
    let done = given_back(left, TODAY);
    assert_eq!(given_back(done.clone(), TODAY.tomorrow().unwrap()), done, "it was done then");
    assert_eq!(asks_for(&done, now(1, 10_000, 0)), None);
}
