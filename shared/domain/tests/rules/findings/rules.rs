//! Each rule, by what it finds and what it leaves alone.

use super::*;

#[test]
fn a_seat_is_unused_after_as_many_days_as_its_product_allows() {
    for (days, expected) in [(0, None), (29, None), (30, Some(Kind::Unused)), (200, Some(Kind::Unused))] {
        let mut facts = facts(vec![licensed(1, 1, 1, &[1])]);
        facts.uses.insert((contact(1), product(1)), used(days));
        let kinds: Vec<Kind> = kinds(&facts).into_iter().map(|found| found.0).collect();
        assert_eq!(kinds, Vec::from_iter(expected), "last used {days} days ago");
    }
}

#[test]
fn a_seat_that_was_not_used_since_it_was_assigned_was_never_used() {
    let mut facts = facts(vec![licensed(1, 1, 1, &[1])]);
    assert_eq!(kinds(&facts), [(Kind::NeverUsed, Some(1), Some(1))]);
    // Use under an earlier seat does not make this one used.
    facts.licences[0].held[0].since = ago(40);
    facts.uses.insert((contact(1), product(1)), used(60));
    assert_eq!(kinds(&facts), [(Kind::NeverUsed, Some(1), Some(1))]);
    facts.licences[0].held[0].since = ago(29);
    assert_eq!(kinds(&facts), [], "it was assigned 29 days ago");
}

#[test]
fn nobodys_silence_says_anything_where_use_is_not_reported() {
    let mut facts = facts(vec![licensed(1, 1, 1, &[1])]);
    facts.products.get_mut(&product(1)).unwrap().use_reported = false;
    assert_eq!(kinds(&facts), []);
}

#[test]
fn silence_counts_only_while_somebody_reports() {
    // Reporting began 20 days ago.
    let mut begun = facts(vec![licensed(1, 1, 1, &[1])]);
    begun.uses.insert((contact(99), product(9)), Use { first: ago(20), ..used(0) });
    assert_eq!(kinds(&begun), []);
    // It stopped 50 days ago, 20 days after the last use of the seat.
    let mut stopped = facts(vec![licensed(1, 1, 1, &[1])]);
    stopped.uses.insert((contact(99), product(9)), used(50));
    stopped.uses.insert((contact(1), product(1)), used(70));
    assert_eq!(kinds(&stopped), []);
    // It never began.
    let mut never = facts(vec![licensed(1, 1, 1, &[1])]);
    never.uses.clear();
    assert_eq!(kinds(&never), []);
}

#[test]
fn silence_of_a_product_counts_from_the_first_day_on_which_that_product_was_heard_of() {
    // Another product is reported for a year. What is heard of this one, and since when it is silent for person 1.
    let strange = |days| Stranger { who: "x".into(), product: product(1), first: ago(days), last: ago(0) };
    for (case, known, stranger, found) in [
        ("newly connected", Some(1), None, None),
        ("connected for 29 days", Some(29), None, None),
        ("connected for 30 days", Some(30), None, Some(ago(30))),
        ("heard of by a stranger alone", None, Some(5), None),
        ("for long by a stranger", Some(1), Some(50), Some(ago(50))),
        ("never heard of", None, None, Some(ago(365))),
    ] {
        let mut facts = facts(vec![licensed(1, 1, 3, &[1, 2])]);
        facts.licences[0].settled_seats = 2;
        if let Some(first) = known {
            facts.uses.insert((contact(2), product(1)), Use { first: ago(first), ..used(0) });
        }
        facts.strangers.extend(stranger.map(strange));
        let never = super::found(&facts).into_iter().find(|one| one.key.whose == Some(person(1)));
        let said = never.map(|one| (one.key.kind, one.evidence));
        let (kind, evidence) = said.unzip();
        assert_eq!(kind, found.map(|_| Kind::NeverUsed), "{case}");
        if let (Some(evidence), Some(since)) = (evidence, found) {
            assert!(evidence.contains(&Evidence::NotUsedSince { since }), "{case}: {evidence:?}");
            let silent = evidence.iter().any(|evidence| matches!(evidence, Evidence::Silent { since: None, .. }));
            assert_eq!(silent, known.is_none() && stranger.is_none(), "{case}: {evidence:?}");
        }
    }
}

#[test]
fn that_nobody_at_all_is_heard_of_is_said_with_what_is_found() {
    let silent = |facts: &Facts| {
        let evidence = &found(facts)[0].evidence;
        evidence.iter().any(|evidence| matches!(evidence, Evidence::Silent { .. }))
    };
    let mut facts = facts(vec![licensed(1, 1, 2, &[1, 2])]);
    facts.uses.insert((contact(1), product(1)), used(60));
    facts.uses.insert((contact(2), product(1)), used(60));
    assert!(silent(&facts));
    facts.uses.insert((contact(2), product(1)), used(3));
    assert!(!silent(&facts));
}

#[test]
fn a_seat_of_somebody_who_left_is_that_and_nothing_else() {
    let mut facts = busy(vec![licensed(1, 1, 1, &[1])]);
    facts.people.get_mut(&contact(1)).unwrap().active = false;
    assert_eq!(kinds(&facts), [(Kind::Left, Some(1), Some(1))]);
    facts.uses.remove(&(contact(1), product(1)));
    assert_eq!(kinds(&facts), [(Kind::Left, Some(1), Some(1))], "it is not unused besides");
    let left = &found(&facts)[0];
    assert_eq!(left.worth, Worth::Saves { yearly: eur(10_000), seats: 1 });
    assert_eq!((left.action.clone(), left.notice_by), (Action::Reclaim {}, Some(date(2026, 8, 31))));
    let said: Vec<String> = left.evidence.iter().map(Evidence::sentence).collect();
    assert_eq!(
        said,
        [
            "Person 1 holds the seat since 2025-06-01.",
            "Person 1 does not work there any more.",
            "A seat costs 100.00 EUR a year.",
        ]
    );
}

#[test]
fn more_holders_than_seats_cost_and_save_nothing() {
    let facts = busy(vec![licensed(1, 1, 2, &[1, 2, 3, 4])]);
    let found = found(&facts);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key.kind, Kind::OverAssigned);
    assert_eq!(found[0].worth, Worth::Costs { yearly: eur(20_000), seats: 2 });
    assert_eq!(found[0].action, Action::TrueUp { seats: 2 });
}

#[test]
fn seats_that_nobody_holds_are_over_bought_beyond_those_kept_free_and_those_that_are_new() {
    let bought = |change: fn(&mut Licence)| {
        let mut facts = busy(vec![licensed(1, 1, 10, &[1, 2, 3])]);
        change(&mut facts.licences[0]);
        found(&facts).into_iter().next().map(|found| (found.key.kind, found.worth, found.action))
    };
    let seven = Worth::Saves { yearly: eur(70_000), seats: 7 };
    assert_eq!(bought(|_| ()), Some((Kind::OverBought, seven, Action::ResizeAtRenewal { seats: 3 })));
    let five = Worth::Saves { yearly: eur(50_000), seats: 5 };
    let spare = bought(|licence| licence.spare = 2);
    assert_eq!(spare, Some((Kind::OverBought, five, Action::ResizeAtRenewal { seats: 5 })));
    // Six of the ten are new, or are given up already.
    let one = Worth::Saves { yearly: eur(10_000), seats: 1 };
    let new = bought(|licence| licence.settled_seats = 4);
    assert_eq!(new, Some((Kind::OverBought, one, Action::ResizeAtRenewal { seats: 9 })));
    assert_eq!(bought(|licence| licence.settled_seats = 3), None);
    assert_eq!(bought(|licence| licence.tracked = false), None);
    assert_eq!(bought(|licence| licence.by_seat = false), None);
}

#[test]
fn a_licence_that_nobody_holds_is_to_be_cancelled() {
    let facts = facts(vec![licensed(1, 1, 10, &[])]);
    let found = found(&facts);
    assert_eq!(found[0].action, Action::Cancel {});
    assert_eq!(found[0].worth, Worth::Saves { yearly: eur(100_000), seats: 10 });
}

#[test]
fn what_cannot_be_saved_says_why() {
    for (cost, why) in [(Cost::Perpetual, Unknown::Perpetual), (Cost::Unknown, Unknown::NoCost)] {
        let mut facts = facts(vec![licensed(1, 1, 2, &[1])]);
        facts.licences[0].cost = cost;
        let worths: Vec<Worth> = found(&facts).into_iter().map(|found| found.worth).collect();
        assert_eq!(worths, [Worth::Unknown { why }, Worth::Unknown { why }]);
    }
}

fn two_for_one_purpose(of_first: i64, of_second: i64) -> Facts {
    let mut facts = busy(vec![licensed(1, 1, 1, &[1]), licensed(2, 2, 1, &[1])]);
    for n in [1, 2] {
        facts.products.get_mut(&product(n)).unwrap().purpose = Some("chat".into());
    }
    facts.licences[0].cost = Cost::Yearly(eur(of_first));
    facts.licences[1].cost = Cost::Yearly(eur(of_second));
    facts
}

#[test]
fn of_two_products_for_one_purpose_the_less_used_goes_and_of_equals_the_dearer() {
    let mut facts = two_for_one_purpose(5_000, 8_000);
    assert_eq!(kinds(&facts), [(Kind::Overlap, Some(2), Some(1))], "equal use: the dearer goes");
    facts.uses.get_mut(&(contact(1), product(1))).unwrap().active_days = 9;
    assert_eq!(kinds(&facts), [(Kind::Overlap, Some(1), Some(1))], "the first is used less");
    facts.products.get_mut(&product(2)).unwrap().purpose = Some("mail".into());
    assert_eq!(kinds(&facts), []);
}

#[test]
fn where_use_is_not_known_no_more_is_promised_than_is_saved_whichever_goes() {
    let mut facts = two_for_one_purpose(5_000, 8_000);
    facts.products.get_mut(&product(2)).unwrap().use_reported = false;
    facts.uses.get_mut(&(contact(1), product(1))).unwrap().active_days = 1;
    assert_eq!(found(&facts)[0].worth, Worth::Saves { yearly: eur(5_000), seats: 1 });
}

#[test]
fn a_seat_that_is_taken_back_anyway_is_no_overlap() {
    let mut facts = two_for_one_purpose(5_000, 8_000);
    facts.uses.insert((contact(1), product(1)), used(60));
    assert_eq!(kinds(&facts), [(Kind::Unused, Some(1), Some(1))]);
}

#[test]
fn of_one_product_twice_the_larger_edition_stays() {
    let mut facts = busy(vec![licensed(1, 1, 1, &[1]), licensed(2, 1, 1, &[1])]);
    facts.products.get_mut(&product(1)).unwrap().editions = editions();
    facts.licences[0].edition = Some("Plus".into());
    facts.licences[1].edition = Some("Basic".into());
    facts.licences[1].cost = Cost::Yearly(eur(4_000));
    assert_eq!(kinds(&facts), [(Kind::Overlap, Some(2), Some(1))]);
}

#[test]
fn three_products_and_two_editions_always_leave_one_seat() {
    let mut facts = busy(vec![licensed(1, 1, 1, &[1]), licensed(2, 1, 1, &[1]), licensed(3, 2, 1, &[1])]);
    for n in [1, 2] {
        facts.products.get_mut(&product(n)).unwrap().purpose = Some("chat".into());
    }
    facts.products.get_mut(&product(1)).unwrap().editions = editions();
    for (at, (edition, cost)) in [("Basic", 5_000), ("Plus", 20_000), ("Other", 10_000)].into_iter().enumerate() {
        (facts.licences[at].edition, facts.licences[at].cost) = (Some(edition.into()), Cost::Yearly(eur(cost)));
    }
    assert_eq!(kinds(&facts), [(Kind::Overlap, Some(1), Some(1)), (Kind::Overlap, Some(2), Some(1))]);
}

fn editions() -> Vec<Edition> {
    let edition = |name: &str, features: &[&str], list| Edition { name: name.into(), features: names(features), list };
    vec![
        edition("Basic", &["mail"], None),
        edition("Plus", &["office"], None),
        edition("Max", &["voice", "archive"], None),
    ]
}

/// One person with the largest edition for 300.00, who used these features so many days ago; others pay 100.00 for the
/// smallest.
fn with_max(features: &[(&str, i32)]) -> Facts {
    let mut facts = busy(vec![licensed(1, 1, 1, &[1]), licensed(2, 1, 1, &[2])]);
    facts.products.get_mut(&product(1)).unwrap().editions = editions();
    facts.licences[0].edition = Some("Max".into());
    facts.licences[0].cost = Cost::Yearly(eur(30_000));
    facts.licences[1].edition = Some("Basic".into());
    let used = facts.uses.get_mut(&(contact(1), product(1))).unwrap();
    used.features = features.iter().map(|(name, days)| ((*name).to_owned(), ago(*days))).collect();
    facts
}

#[test]
fn a_holder_who_uses_nothing_of_the_larger_edition_needs_the_smaller_one() {
    let found = found(&with_max(&[("mail", 1), ("voice", 92)]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key.kind, Kind::WrongEdition);
    assert_eq!(found[0].worth, Worth::Saves { yearly: eur(20_000), seats: 1 });
    assert_eq!(found[0].action, Action::Downgrade { edition: "Basic".into() });
}

#[test]
fn a_feature_of_the_last_quarter_an_unknown_one_and_none_at_all_keep_the_edition() {
    for features in [&[("mail", 1), ("voice", 91)][..], &[("mail", 1), ("something", 1)][..], &[][..]] {
        assert_eq!(kinds(&with_max(features)), [], "{features:?}");
    }
    let mut new = with_max(&[("mail", 1)]);
    new.licences[0].held[0].since = ago(91);
    assert_eq!(kinds(&new), [], "the seat is held for less than a quarter");
    let mut connected = with_max(&[("mail", 1)]);
    for n in [1, 2] {
        connected.uses.get_mut(&(contact(n), product(1))).unwrap().first = ago(91);
    }
    assert_eq!(kinds(&connected), [], "the product is heard of for less than a quarter");
}

#[test]
fn an_edition_whose_cost_nobody_knows_is_found_without_an_amount_and_by_the_list_with_one() {
    let mut facts = with_max(&[("mail", 1), ("office", 1)]);
    assert_eq!(found(&facts)[0].worth, Worth::Unknown { why: Unknown::NoCost });
    assert_eq!(found(&facts)[0].action, Action::Downgrade { edition: "Plus".into() });
    facts.products.get_mut(&product(1)).unwrap().editions[1].list = Some(eur(25_000));
    assert_eq!(found(&facts)[0].worth, Worth::Saves { yearly: eur(5_000), seats: 1 });
    facts.products.get_mut(&product(1)).unwrap().editions[1].list = Some(eur(35_000));
    assert_eq!(kinds(&facts), [], "the smaller one is dearer");
}

#[test]
fn use_without_a_seat_is_shadow_use_for_thirty_days() {
    for (days, shadow) in [(0, true), (29, true), (30, false)] {
        let mut facts = busy(vec![licensed(1, 1, 1, &[1])]);
        facts.uses.insert((contact(2), product(1)), used(days));
        assert_eq!(!found(&facts).is_empty(), shadow, "last used {days} days ago");
    }
}

#[test]
fn the_first_without_a_seat_get_the_free_ones_and_the_others_cost() {
    let mut facts = busy(vec![licensed(1, 1, 2, &[1])]);
    facts.licences[0].settled_seats = 1;
    facts.uses.insert((contact(2), product(1)), used(1));
    facts.uses.insert((contact(3), product(1)), used(1));
    facts.strangers.push(Stranger { who: "x@example.com".into(), product: product(1), first: ago(2), last: ago(2) });
    let found = found(&facts);
    let costs = Worth::Costs { yearly: eur(10_000), seats: 1 };
    let all: Vec<_> = found.iter().map(|found| (found.worth, found.action.clone())).collect();
    assert_eq!(
        all,
        [
            (Worth::Unknown { why: Unknown::FreeSeat }, Action::Assign {}),
            (costs, Action::TrueUp { seats: 1 }),
            (costs, Action::TrueUp { seats: 1 }),
        ]
    );
    assert_eq!(found[2].key.whose, Some(Whose::Stranger { who: "x@example.com".into() }));
}

#[test]
fn two_keys_never_have_one_text() {
    let key = |whose| Key { client: client(), kind: Kind::Left, product: product(1), licence: None, whose };
    let device = |text: &str| key(Some(Whose::Device { device: text.into() })).to_string();
    let stranger = |text: &str| key(Some(Whose::Stranger { who: text.into() })).to_string();
    assert_ne!(device("a"), stranger("a"));
    assert_ne!(device("a"), key(Some(person(1))).to_string());
    assert_ne!(device(&contact(1).to_string()), key(Some(person(1))).to_string());
    assert_ne!(key(None).to_string(), stranger(""));
}
