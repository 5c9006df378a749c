//! Nothing is counted twice, and nothing that is needed elsewhere.

use super::*;

fn whys(findings: &[Finding]) -> Vec<(Kind, i64, Option<Uncounted>)> {
    let minor = |finding: &Finding| finding.counted.map_or(0, Money::minor);
    findings.iter().map(|finding| (finding.key.kind, minor(finding), finding.uncounted.clone())).collect()
}

#[test]
fn seats_that_are_taken_back_fill_what_is_missing_first() {
    // Four hold two seats, and three of them do not use theirs: one seat can be given up.
    let mut facts = facts(vec![licensed(1, 1, 2, &[1, 2, 3, 4])]);
    facts.uses.insert((contact(4), product(1)), used(0));
    let findings = reviewed(Vec::new(), &facts);
    assert_eq!(findings.len(), 4, "three are unused, and the licence is over-assigned");
    assert_eq!(counted(&findings), 10_000);
    let needed = findings.iter().filter(|finding| finding.uncounted == Some(Uncounted::SeatNeeded {}));
    assert_eq!(needed.count(), 2);
}

#[test]
fn seats_that_are_kept_free_on_purpose_are_filled_first_too() {
    let mut facts = facts(vec![Licence { spare: 2, ..licensed(1, 1, 3, &[1, 2, 3]) }]);
    facts.uses.insert((contact(3), product(1)), used(0));
    assert_eq!(counted(&reviewed(Vec::new(), &facts)), 0);
    facts.licences[0].spare = 1;
    assert_eq!(counted(&reviewed(Vec::new(), &facts)), 10_000);
}

#[test]
fn one_seat_counts_once_with_what_it_is_worth_most() {
    // Both an overlap and too large an edition: made by hand, for a review finds one of them.
    let facts = busy(vec![licensed(1, 1, 1, &[1])]);
    let finding = |kind, yearly| {
        let key =
            Key { client: client(), kind, product: product(1), licence: Some(licence(1)), whose: Some(person(1)) };
        Found {
            key,
            worth: Worth::Saves { yearly: eur(yearly), seats: 1 },
            evidence: Vec::new(),
            action: Action::Reclaim {},
            notice_by: None,
        }
    };
    let all = [finding(Kind::Overlap, 10_000), finding(Kind::WrongEdition, 6_000)];
    let ids: Vec<FindingId> = all.iter().map(|found| id(&found.key)).collect();
    let mut findings = review(Vec::new(), ids.iter().copied().zip(all).collect(), &facts, &Claimed::new()).unwrap();
    findings.sort_by_key(|finding| finding.key.kind);
    assert_eq!(
        whys(&findings),
        [(Kind::Overlap, 10_000, None), (Kind::WrongEdition, 0, Some(Uncounted::SameSeat { finding: ids[0] })),]
    );
}

#[test]
fn a_seat_that_was_taken_back_counts_where_that_was_said_and_not_as_a_free_one_again() {
    let mut facts = facts(vec![licensed(1, 1, 2, &[1, 2])]);
    facts.uses.insert((contact(2), product(1)), used(0));
    let mut findings = reviewed(Vec::new(), &facts);
    assert_eq!(counted(&findings), 10_000);
    findings[0] = said(findings[0].clone(), Decision::Accept, baseline(2, 0));
    facts.licences[0].held.remove(0);
    let mut findings = reviewed(findings, &facts);
    findings.sort_by_key(|finding| finding.key.kind);
    assert_eq!(
        whys(&findings),
        [(Kind::NeverUsed, 10_000, None), (Kind::OverBought, 0, Some(Uncounted::CountedWhenTakenBack { seats: 1 })),]
    );
    // Somebody new has the seat now: nothing will be saved.
    facts.licences[0].held.push(seat(3));
    facts.uses.insert((contact(3), product(1)), used(0));
    let findings = reviewed(findings, &facts);
    assert_eq!(counted(&findings), 0);
}

#[test]
fn what_is_put_away_counts_nothing_and_what_is_opened_again_counts_from_the_night_on() {
    let facts = facts(vec![licensed(1, 1, 1, &[1])]);
    let finding = reviewed(Vec::new(), &facts).remove(0);
    let dismissed = said(finding, Decision::Dismiss { reason: "On leave".into() }, baseline(1, 0));
    assert_eq!((dismissed.counted, dismissed.uncounted.clone()), (None, None));
    let opened = said(dismissed, Decision::Reopen, baseline(1, 0));
    assert_eq!((opened.counted, opened.uncounted.clone()), (None, Some(Uncounted::NotYet {})));
    let findings = reviewed(vec![opened], &facts);
    assert_eq!((counted(&findings), findings[0].uncounted.clone()), (10_000, None));
}

#[test]
fn totals_of_two_currencies_are_two_sums() {
    let mut facts = facts(vec![licensed(1, 1, 1, &[1]), licensed(2, 2, 1, &[2])]);
    facts.licences[1].cost = Cost::Yearly(Money::new(7_700, Currency::USD));
    let findings = reviewed(Vec::new(), &facts);
    let totals = findings.iter().fold(Totals::default(), |sum, finding| sum.and(&Totals::of(finding), 1));
    assert_eq!((totals.amounts["EUR"].open, totals.amounts["USD"].open, totals.open), (10_000, 7_700, 2));
    let none = findings.iter().fold(totals, |sum, finding| sum.and(&Totals::of(finding), -1));
    assert_eq!(none, Totals::default());
}

/// Ten seats of which one is held and in use: nine are too many, and somebody said yes to that.
fn surplus_accepted() -> (Facts, Vec<Finding>) {
    let facts = busy(vec![licensed(1, 1, 10, &[1])]);
    let surplus = reviewed(Vec::new(), &facts).remove(0);
    assert_eq!((surplus.key.kind, surplus.counted), (Kind::OverBought, Some(eur(90_000))));
    (facts, vec![said(surplus, Decision::Accept, baseline(10, 0))])
}

/// The licence, which is to have so many seats from a later day on.
fn planned(licence: &Licence, seats: u32) -> Licence {
    Licence { settled_seats: seats, planned_seats: seats, ..licence.clone() }
}

#[test]
fn what_was_accepted_and_is_planned_counts_until_the_bill_that_is_smaller() {
    // (seats today, the least that is planned, claimed already): what counts, and of it what is not there any more.
    for (seats, settled, claimed, counts) in [
        (10, 10, 0, 90_000),
        (10, 1, 0, 90_000),
        (1, 1, 0, 90_000),
        (10, 6, 0, 90_000),
        // Others have claimed seats that are gone since.
        (10, 1, 4, 50_000),
        (10, 6, 4, 50_000),
        // It was made larger, or smaller than what is held.
        (14, 14, 0, 90_000),
        (10, 0, 0, 90_000),
    ] {
        let (mut facts, known) = surplus_accepted();
        facts.licences[0] = Licence { seats, ..planned(&facts.licences[0], settled) };
        let findings = reviewed_after(known, &facts, claimed);
        let surplus = findings.iter().find(|one| one.key.kind == Kind::OverBought).unwrap();
        assert!(matches!(surplus.state, State::Accepted { .. }));
        assert_eq!(surplus.counted, Some(eur(counts)), "{seats} seats, {settled} planned, {claimed} claimed");
        assert_eq!(surplus.uncounted.is_none(), counts == 90_000);
        let totals = findings.iter().fold(Totals::default(), |sum, finding| sum.and(&Totals::of(finding), 1));
        assert_eq!((totals.amounts["EUR"].accepted, totals.amounts["EUR"].open), (counts, 0));
    }
}

#[test]
fn free_seats_that_were_given_on_before_anything_was_planned_do_not_count() {
    let (mut facts, known) = surplus_accepted();
    for n in 2..=5 {
        facts.licences[0].held.push(seat(n));
        facts.uses.insert((contact(n), product(1)), used(0));
    }
    let findings = reviewed(known.clone(), &facts);
    assert_eq!(whys(&findings), [(Kind::OverBought, 50_000, Some(Uncounted::GivenOn {}))]);
    facts.licences[0] = planned(&facts.licences[0], 5);
    assert_eq!(whys(&reviewed(known, &facts)), [(Kind::OverBought, 50_000, Some(Uncounted::GivenOn {}))]);
}

#[test]
fn a_seat_that_was_taken_back_counts_until_the_bill_that_is_smaller_whichever_came_first() {
    // Two hold two seats, and one of them does not use theirs.
    let mut held = facts(vec![licensed(1, 1, 2, &[1, 2])]);
    held.uses.insert((contact(2), product(1)), used(0));
    let finding = reviewed(Vec::new(), &held).remove(0);
    let known = vec![said(finding, Decision::Accept, baseline(2, 0))];
    let mut released = held.clone();
    released.licences[0].held.remove(0);
    let smaller = |facts: &Facts, seats, least| {
        let mut facts = facts.clone();
        facts.licences[0] = Licence { seats, ..planned(&facts.licences[0], least) };
        facts
    };
    for (case, facts) in [
        ("neither", held.clone()),
        ("planned before it was taken back", smaller(&held, 2, 1)),
        ("taken back", released.clone()),
        ("taken back and planned", smaller(&released, 2, 1)),
        ("taken back and smaller", smaller(&released, 1, 1)),
    ] {
        let findings = reviewed(known.clone(), &facts);
        let own = findings.iter().find(|one| one.key.kind == Kind::NeverUsed).unwrap();
        assert_eq!((own.counted, &own.uncounted), (Some(eur(10_000)), &None), "{case}");
        assert_eq!(counted(&findings), 10_000, "{case}: and nothing else counts it again");
    }
    // Of what is only open, a plan says nothing: the seat is needed by then.
    let open = reviewed(Vec::new(), &smaller(&held, 2, 1));
    assert_eq!(counted(&open), 0);
}

#[test]
fn of_a_licence_that_was_let_end_what_was_accepted_counts_until_the_next_bill() {
    let (mut facts, mut known) = surplus_accepted();
    let mut open = known[0].clone();
    (open.state, open.key.kind) = (State::Open {}, Kind::Unused);
    open.key.whose = Some(person(1));
    open.worth = Worth::Saves { yearly: eur(10_000), seats: 1 };
    open.id = id(&open.key);
    known.push(open);
    facts.licences.retain(|one| one.id != licence(1));
    assert_eq!(counted(&reviewed(known.clone(), &facts)), 90_000, "what nobody accepted is gone");
    assert_eq!(counted(&reviewed_after(known, &facts, 7)), 30_000, "others came true with seven of ten");
}
