//! What is counted is what doing all of it would save, whatever a client has.

use proptest::prelude::*;

use super::*;

/// A client with two licences of one product in two editions, and one of another for the same purpose; some left, some are
/// idle, some use little, some were accepted.
#[derive(Debug, Clone)]
struct Desk {
    licences: Vec<(u32, u32, i64, Vec<bool>)>,
    uses: Vec<(u8, bool, u8)>,
    accepted: Vec<bool>,
    released: Vec<bool>,
    /// Of each licence, how many seats it is to have less from a later day on.
    planned: Vec<u32>,
}

fn desks() -> impl Strategy<Value = Desk> {
    let licence = (0_u32..14, 0_u32..3, 1_i64..50_000, prop::collection::vec(any::<bool>(), 12));
    (
        prop::collection::vec(licence, 3),
        prop::collection::vec((0_u8..60, any::<bool>(), 0_u8..30), 24),
        prop::collection::vec(any::<bool>(), 60),
        prop::collection::vec(any::<bool>(), 36),
        prop::collection::vec(0_u32..4, 3),
    )
        .prop_map(|(licences, uses, accepted, released, planned)| Desk {
            licences,
            uses,
            accepted,
            released,
            planned,
        })
}

fn of(desk: &Desk) -> Facts {
    let mut licences = Vec::new();
    for (at, (seats, spare, cost, holders)) in desk.licences.iter().enumerate() {
        let holders: Vec<u128> = (1..).zip(holders).filter(|(_, holds)| **holds).map(|(n, _)| n).collect();
        let of = if at < 2 { 1 } else { 2 };
        let mut one = licensed(1 + at as u128, of, *seats, &holders);
        (one.spare, one.cost) = (*spare, Cost::Yearly(eur(*cost)));
        one.edition = [Some("Small"), Some("Large"), None][at].map(Into::into);
        licences.push(one);
    }
    let mut facts = facts(licences);
    for n in [1, 2] {
        facts.products.get_mut(&product(n)).unwrap().purpose = Some("chat".into());
    }
    facts.products.get_mut(&product(1)).unwrap().editions = vec![
        Edition { name: "Small".into(), features: names(&["mail"]), list: None },
        Edition { name: "Large".into(), features: names(&["voice"]), list: None },
    ];
    for (at, (last, voice, active_days)) in desk.uses.iter().enumerate() {
        let key = (contact(1 + at as u128 % 12), product(1 + at as u128 / 12));
        let mut use_of = used(i32::from(*last));
        use_of.active_days = *active_days;
        let feature = if *voice { "voice" } else { "mail" };
        use_of.features.insert(feature.into(), use_of.last);
        facts.uses.insert(key, use_of);
        if active_days % 9 == 8 {
            facts.people.get_mut(&key.0).unwrap().active = false;
        }
    }
    facts
}

/// What all of it together saves of one licence, by paying for it before and after.
fn saved_by_doing_all(findings: &[Finding], licence: &Licence, small: i64) -> i64 {
    let own = |finding: &&Finding| finding.key.licence == Some(licence.id) && finding.worth.saves().is_some();
    let live: Vec<&Finding> = findings.iter().filter(own).filter(|finding| finding.state.is_live()).collect();
    let holds = |finding: &Finding| licence.held.iter().any(|seat| Some(&seat.whose) == finding.key.whose.as_ref());
    let held: Vec<_> = live.iter().filter(|finding| holds(finding)).collect();
    let back: BTreeSet<_> = held.iter().filter(|finding| finding.key.kind.takes_back()).map(|f| &f.key.whose).collect();
    let down: BTreeSet<_> = held
        .iter()
        .filter(|finding| finding.key.kind == Kind::WrongEdition && !back.contains(&finding.key.whose))
        .map(|finding| &finding.key.whose)
        .collect();
    let cost = licence.cost.yearly().unwrap().minor();
    let needed = licence.held.len() as i64 - back.len() as i64 - down.len() as i64 + i64::from(licence.spare);
    let (seats, planned) = (i64::from(licence.seats), i64::from(licence.settled_seats));
    (seats - planned.min(needed.max(0))) * cost - down.len() as i64 * small
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_counted_is_what_doing_all_of_it_saves_and_never_more_than_is_paid(desk in desks()) {
        let mut facts = of(&desk);
        let mut findings = reviewed(Vec::new(), &facts);
        for night in 0..3 {
            let small = facts.licences[0].cost.yearly().unwrap().minor();
            for licence in facts.licences.iter().filter(|licence| licence.by_seat) {
                let own: Vec<Finding> =
                    findings.iter().filter(|one| one.key.licence == Some(licence.id)).cloned().collect();
                let paid = i64::from(licence.seats) * licence.cost.yearly().unwrap().minor();
                prop_assert!(counted(&own) <= paid, "{} of {paid} in night {night}", counted(&own));
                // What is planned comes true whether or not smaller editions are paid for in its place.
                let small = if licence.settled_seats < licence.seats { 0 } else { small };
                let exact = saved_by_doing_all(&findings, licence, small).max(0);
                // What was accepted keeps its amount: in later nights it may be less than could be saved by then.
                let is = counted(&own);
                prop_assert!(is <= exact, "licence {}: {is} of {exact} in night {night}", licence.id);
                prop_assert!(is == exact || night > 0, "licence {}: {is} of {exact}", licence.id);
            }
            for finding in &findings {
                let worth = finding.worth.saves().map_or(0, |(worth, _)| worth.minor());
                let counted = finding.counted.map_or(0, Money::minor);
                prop_assert!((0..=worth).contains(&counted));
                prop_assert!(counted == worth || !finding.state.is_live() || finding.uncounted.is_some());
            }
            // Some are accepted, and some of the seats are taken back: the free ones are no new saving.
            for (finding, yes) in findings.iter_mut().zip(&desk.accepted) {
                if *yes && !finding.state.is_over() {
                    let own = facts.licences.iter().find(|one| Some(one.id) == finding.key.licence);
                    let yearly = own.and_then(|one| one.cost.yearly());
                    let then = Baseline { yearly, ..baseline(own.map_or(0, |one| one.seats), 0) };
                    *finding = said(finding.clone(), Decision::Accept, then);
                }
            }
            for (at, licence) in facts.licences.iter_mut().enumerate().take(3) {
                let mut released = desk.released.iter().skip(at * 12);
                licence.held.retain(|_| !released.next().is_some_and(|yes| *yes));
                licence.planned_seats = licence.seats.saturating_sub(desk.planned[at]);
                licence.settled_seats = licence.planned_seats;
            }
            findings = reviewed(findings, &facts);
        }
    }

    #[test]
    fn a_review_twice_is_a_review_once(desk in desks()) {
        let facts = of(&desk);
        let once = reviewed(Vec::new(), &facts);
        prop_assert_eq!(&once, &reviewed(once.clone(), &facts));
    }

    #[test]
    fn nobody_loses_the_last_seat_for_what_they_do(desk in desks()) {
        let facts = of(&desk);
        let taken: BTreeSet<(ContactId, LicenceId)> = found(&facts)
            .iter()
            .filter(|found| found.key.kind == Kind::Overlap)
            .map(|found| (found.key.whose.as_ref().unwrap().contact().unwrap(), found.key.licence.unwrap()))
            .collect();
        for (contact, _) in &taken {
            let all_taken = kinds(&facts).into_iter().filter(|(kind, _, whose)| {
                kind.takes_back() && *whose == Some(contact.uuid().as_u128())
            });
            let holds = facts.licences.iter().flat_map(|one| &one.held).filter(|s| s.whose.contact() == Some(*contact));
            prop_assert!(all_taken.count() < holds.count());
        }
    }
}
