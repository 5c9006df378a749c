//! Bills, by example: which drafts, on which dates, with which lines.

use crate::common::contracts::*;
use domain::Refusal;
use domain::billing::bill::*;
use domain::billing::contract::*;
use domain::billing::cycle::{Cycle, Schedule};
use domain::billing::dated::Dated;
use domain::billing::discounts::{Discount, Off, Term};
use domain::billing::proration::Proration;
use domain::ids::ProductId;
use rust_decimal::Decimal;

fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
    match result.unwrap_err() {
        Refusal::Conflict { code, .. } => code,
        other => panic!("{other}"),
    }
}

#[test]
fn advance_bills_the_period_that_starts_and_arrears_the_one_that_ended() {
    let lines = vec![fixed(1, Timing::Advance, "100", "2026-01-10"), fixed(2, Timing::Arrears, "40", "2026-01-10")];
    let facts = facts(contract(monthly("2026-01-10", Some("2026-03-10")), lines));
    assert_eq!(
        stories(&billed(&facts, "2026-12-31")),
        [
            vec!["2026-01-10", "line 2026-01-10..2026-02-10 10000"],
            vec!["2026-02-10", "line 2026-02-10..2026-03-10 10000", "line 2026-01-10..2026-02-10 4000"],
            vec!["2026-03-10", "line 2026-02-10..2026-03-10 4000"],
        ]
    );
}

#[test]
fn a_contract_over_in_arrears_has_one_last_bill_at_its_end_with_an_identity_of_its_own() {
    let lines = vec![fixed(1, Timing::Advance, "310", "2026-01-01"), metered(2, each("1"), "2026-01-01")];
    let mut facts = facts(contract(monthly("2026-01-01", Some("2026-03-16")), lines));
    facts.usage = vec![used(1, 2, "2026-03-15", "5")];
    let billing = billed(&facts, "2026-05-01");
    let on: Vec<String> = billing.drafts.iter().map(|draft| draft.on().to_string()).collect();
    assert_eq!(on, ["2026-01-01", "2026-02-01", "2026-03-01", "2026-03-16"]);
    assert_eq!(story(&billing.drafts[2])[1], "line 2026-03-01..2026-03-16 15000", "15 of 31 days");
    assert_eq!(story(&billing.drafts[3]), ["2026-03-16", "usage 2026-03-01..2026-03-16 500"]);
    let mut keys: Vec<String> = billing.drafts.iter().map(Draft::identity).collect();
    keys.dedup();
    assert_eq!(keys.len(), 4);
    assert_eq!((billing.after.contract.state, billing.after.contract.next_on), (ContractState::Ended, None));
}

#[test]
fn a_late_run_bills_every_missed_period_by_itself_and_the_schedule_stays() {
    let facts = facts(contract(monthly("2026-01-31", None), vec![fixed(1, Timing::Advance, "9.99", "2026-01-31")]));
    let billing = billed(&facts, "2026-05-15");
    let on: Vec<String> = billing.drafts.iter().map(|draft| draft.on().to_string()).collect();
    assert_eq!(on, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
    assert_eq!(billing.after.contract.next_on, Some(day("2026-05-31")));
    let again = bill(&billing.after, day("2026-05-30")).unwrap();
    assert!(again.drafts.is_empty() && !again.more);
}

#[test]
fn one_call_goes_through_so_many_bill_dates_and_says_that_there_are_more() {
    let facts = facts(contract(monthly("2000-01-01", None), vec![fixed(1, Timing::Advance, "1", "2000-01-01")]));
    let first = billed(&facts, "2026-01-01");
    assert_eq!((first.drafts.len(), first.more), (MOST_PERIODS, true));
    let mut all = first.drafts.len();
    let mut next = first;
    while next.more {
        next = bill(&next.after, day("2026-01-01")).unwrap();
        all += next.drafts.len();
    }
    assert_eq!(all, 26 * 12 + 1);
}

#[test]
fn seats_that_change_inside_a_billed_period_are_settled_once_with_the_next_bill() {
    let active = contract(monthly("2026-03-01", None), vec![seats(1, "31", "2026-03-01", "10")]);
    let first = billed(&facts(active), "2026-03-01");
    let change = |quantity: &str| Change::SetQuantity {
        line: line_id(1),
        quantity: Quantity::Fixed { quantity: dec(quantity) },
    };
    let mut facts = first.after;
    for (on, quantity) in [("2026-03-10", "13"), ("2026-03-20", "12")] {
        facts.contract = amend(facts.contract, &amendment(on, vec![change(quantity)]), day(on)).unwrap();
    }
    let second = billed(&facts, "2026-04-01");
    // 9 days with 10, 10 with 13, 12 with 12: 364 seat days at one euro, of which 310 were billed.
    let settled = vec!["2026-04-01", "adjustment 2026-03-01..2026-04-01 5400", "line 2026-04-01..2026-05-01 37200"];
    assert_eq!(stories(&second), [settled]);
    let note = second.drafts[0].lines[0].note.clone().unwrap();
    assert!(note.contains("10 for 9 days from 2026-03-01, 13 for 10 days"), "{note}");
    assert_eq!(stories(&billed(&second.after, "2026-05-01"))[0].len(), 2, "nothing is settled twice");
}

#[test]
fn what_is_known_when_a_period_starts_is_billed_part_by_part() {
    let mut line = seats(1, "30", "2026-04-01", "2");
    line.quantity.push(Dated::new(day("2026-04-11"), Quantity::Fixed { quantity: dec("5") }));
    let facts = facts(contract(monthly("2026-04-01", None), vec![line]));
    assert_eq!(
        stories(&billed(&facts, "2026-04-01")),
        [vec!["2026-04-01", "line 2026-04-01..2026-04-11 2000", "line 2026-04-11..2026-05-01 10000"]]
    );
}

#[test]
fn a_line_added_inside_a_period_is_billed_from_its_day_with_the_next_bill() {
    let active = contract(monthly("2026-04-01", None), vec![fixed(1, Timing::Advance, "10", "2026-04-01")]);
    let mut facts = billed(&facts(active), "2026-04-01").after;
    let added = Change::AddLine { line: Box::new(fixed(2, Timing::Advance, "30", "2026-04-21")) };
    facts.contract = amend(facts.contract, &amendment("2026-04-21", vec![added]), day("2026-04-21")).unwrap();
    assert_eq!(
        stories(&billed(&facts, "2026-05-01"))[0][1..],
        ["line 2026-05-01..2026-06-01 1000", "line 2026-04-21..2026-05-01 1000", "line 2026-05-01..2026-06-01 3000"]
    );
}

#[test]
fn a_contract_ended_inside_a_paid_period_gives_the_rest_back_on_its_last_day() {
    let active = contract(monthly("2026-04-01", None), vec![fixed(1, Timing::Advance, "30", "2026-04-01")]);
    let mut facts = billed(&facts(active), "2026-04-01").after;
    facts.contract = amend(facts.contract, &amendment("2026-04-11", vec![Change::End {}]), day("2026-04-05")).unwrap();
    assert_eq!(facts.contract.next_on, Some(day("2026-04-11")));
    let last = billed(&facts, "2026-07-01");
    assert_eq!(stories(&last), [vec!["2026-04-11", "adjustment 2026-04-01..2026-05-01 -2000"]]);
    assert_eq!(last.after.contract.state, ContractState::Ended);
}

#[test]
fn counted_seats_follow_the_count_of_each_day_and_the_line_records_it() {
    let active = contract(monthly("2026-04-01", None), vec![counted(1, "30", "2026-04-01", Counted::Devices)]);
    let mut facts = facts(active);
    assert_eq!(code(bill(&facts, day("2026-04-01"))), "count_missing");
    facts.counts = vec![
        count(Counted::Contacts, "2026-01-01", 99),
        count(Counted::Devices, "2026-03-01", 4),
        count(Counted::Devices, "2026-04-16", 6),
    ];
    let billing = billed(&facts, "2026-05-01");
    assert_eq!(
        stories(&billing),
        [
            vec!["2026-04-01", "line 2026-04-01..2026-05-01 12000"],
            vec!["2026-05-01", "adjustment 2026-04-01..2026-05-01 3000", "line 2026-05-01..2026-06-01 18000"],
        ],
        "a count of the future is not known yet, however late the run"
    );
    assert_eq!(billing.drafts[0].lines[0].quantity, dec("4"));
}

#[test]
fn lines_that_follow_two_products_have_each_its_own_seats_and_one_that_follows_none_all_of_them() {
    let of = |n: u128| Followed::licences_of(ProductId::from_uuid(uuid::Uuid::from_u128(n)));
    let all = Followed::from(Counted::ActiveLicences);
    let lines = [of(1), of(2), all].into_iter().zip(1..).map(|(of, n)| counted(n, "30", "2026-04-01", of)).collect();
    let mut facts = facts(contract(monthly("2026-04-01", None), lines));
    facts.counts = vec![count(of(1), "2026-03-01", 10), count(all, "2026-03-01", 13)];
    let refused = bill(&facts, day("2026-04-01")).unwrap_err().to_string();
    assert!(refused.contains(&format!("bills active licences of {}, which", of(2).product.unwrap())), "{refused}");
    facts.counts.extend([count(of(2), "2026-03-01", 3), count(of(1), "2026-04-16", 12), count(all, "2026-04-16", 15)]);
    assert_eq!(
        stories(&billed(&facts, "2026-05-01"))[1],
        [
            "2026-05-01",
            "adjustment 2026-04-01..2026-05-01 3000",
            "line 2026-05-01..2026-06-01 36000",
            "line 2026-05-01..2026-06-01 9000",
            "adjustment 2026-04-01..2026-05-01 3000",
            "line 2026-05-01..2026-06-01 45000",
        ]
    );
}

#[test]
fn one_offs_and_charges_are_billed_once_with_the_first_bill_on_or_after_their_day() {
    let setup = line(1, LineKind::OneOff, Timing::Advance, each("250"), day("2026-01-01"));
    let later = line(2, LineKind::OneOff, Timing::Advance, each("70"), day("2026-01-12"));
    let mut facts = facts(contract(monthly("2026-01-01", Some("2026-04-01")), vec![setup, later]));
    facts.charges = vec![charge(1, "2026-02-01", "3", "19.999"), charge(2, "2026-02-02", "1", "5")];
    assert_eq!(
        stories(&billed(&facts, "2027-01-01")),
        [
            vec!["2026-01-01", "line 2026-01-01..2026-01-02 25000"],
            vec!["2026-02-01", "line 2026-01-12..2026-01-13 7000", "charge 6000"],
            vec!["2026-03-01", "charge 500"],
        ]
    );
}

#[test]
fn late_usage_joins_the_next_bill_named_as_late_at_the_price_of_its_period() {
    let tiers = domain::billing::pricing::Pricing::Graduated {
        tiers: vec![
            domain::billing::pricing::Tier { up_to: Some(dec("10")), unit_price: dec("2"), flat_fee: Decimal::ZERO },
            domain::billing::pricing::Tier { up_to: None, unit_price: dec("1"), flat_fee: Decimal::ZERO },
        ],
        flat_fee_at_zero: false,
    };
    let price = domain::billing::pricing::Price { pricing: tiers, minimum: None, maximum: None };
    let mut facts = facts(contract(monthly("2026-01-01", None), vec![metered(1, price, "2026-01-01")]));
    facts.usage = vec![used(1, 1, "2026-01-05", "8")];
    let mut first = billed(&facts, "2026-02-01");
    assert_eq!(stories(&first), [vec!["2026-02-01", "usage 2026-01-01..2026-02-01 1600"]]);
    assert!(first.after.usage.is_empty());

    first.after.usage = vec![used(2, 1, "2026-01-30", "5"), used(3, 1, "2026-02-14", "1")];
    let second = billed(&first.after, "2026-03-01");
    assert_eq!(
        stories(&second),
        [vec!["2026-03-01", "late 2026-01-01..2026-02-01 700", "usage 2026-02-01..2026-03-01 200"]],
        "two units more of the first tier, three of the second"
    );
    assert_eq!(second.drafts[0].lines[0].quantity, dec("5"));
    assert!(second.drafts[0].lines[0].note.as_deref().unwrap().starts_with("late"));
}

#[test]
fn usage_after_the_last_bill_wakes_the_contract_for_one_more() {
    let active = contract(monthly("2026-01-01", Some("2026-02-11")), vec![metered(1, each("1"), "2026-01-01")]);
    let mut over = billed(&facts(active), "2026-06-20").after;
    assert_eq!(over.contract.state, ContractState::Ended);
    over.usage = vec![used(1, 1, "2026-02-10", "3")];
    over.contract = woken(over.contract, day("2026-06-20"));
    assert_eq!(over.contract.next_on, Some(day("2026-07-01")));
    let billing = billed(&over, "2026-07-01");
    assert_eq!(stories(&billing), [vec!["2026-07-01", "late 2026-02-01..2026-02-11 300"]]);
    assert_eq!(billing.after.contract.state, ContractState::Ended);
}

#[test]
fn usage_that_no_line_prices_is_an_error_and_never_dropped() {
    let active = contract(monthly("2026-01-01", None), vec![metered(1, each("1"), "2026-01-01")]);
    let mut facts = facts(active);
    facts.usage = vec![used(1, 9, "2026-01-05", "8")];
    assert_eq!(code(bill(&facts, day("2026-02-01"))), "usage_of_no_line");
}

#[test]
fn a_contract_that_ends_on_a_day_that_was_billed_gives_back_on_the_day_after() {
    let active = contract(monthly("2026-03-15", None), vec![fixed(1, Timing::Advance, "300", "2026-03-15")]);
    let billed_once = billed(&facts(active), "2026-04-15").after;
    for (ends, credit) in [("2026-04-15", -30_000), ("2026-04-16", -29_000)] {
        let mut facts = billed_once.clone();
        let end = amendment(ends, vec![Change::End {}]);
        facts.contract = amend_billed(facts.contract, &facts.book, &end, day("2026-04-15")).unwrap();
        assert_eq!(facts.contract.next_on, Some(day("2026-04-16")), "{ends}");
        let billing = billed(&facts, "2026-05-20");
        assert_eq!(
            stories(&billing),
            [vec!["2026-04-16".to_owned(), format!("adjustment 2026-04-15..2026-05-15 {credit}"),]]
        );
        assert_eq!(billing.after.contract.state, ContractState::Ended);
    }
    // One that was kept with the day that was billed comes right by itself, whenever it is billed.
    let mut stuck = billed_once.clone();
    stuck.contract = amend(stuck.contract, &amendment("2026-04-15", vec![Change::End {}]), day("2026-04-15")).unwrap();
    assert_eq!(stuck.contract.next_on, Some(day("2026-04-15")));
    let today = billed(&stuck, "2026-04-15");
    assert_eq!((today.drafts.len(), today.after.contract.next_on), (0, Some(day("2026-04-16"))));
    assert_eq!(billed(&stuck, "2026-06-01").drafts[0].net, eur(-30_000));
    // Who changes their mind is billed on.
    let on = Change::Extend { until: None, auto: None };
    stuck.contract =
        amend_billed(stuck.contract, &stuck.book, &amendment("2026-04-15", vec![on]), day("2026-04-15")).unwrap();
    assert_eq!(stories(&billed(&stuck, "2026-05-15")), [["2026-05-15", "line 2026-05-15..2026-06-15 30000"]]);
}

#[test]
fn a_count_that_comes_late_for_billed_days_is_settled_with_the_next_bill_and_named_as_late() {
    let line = |timing| Line { timing, ..counted(1, "30", "2026-09-01", Counted::Devices) };
    for (timing, shown) in
        [(Timing::Arrears, "line 2026-11-01..2026-12-01 42000"), (Timing::Advance, "line 2026-12-01..2027-01-01 42000")]
    {
        let mut facts = facts(contract(monthly("2026-09-01", None), vec![line(timing)]));
        facts.counts = vec![count(Counted::Devices, "2026-09-01", 10)];
        facts = billed(&facts, "2026-11-01").after;
        // Four more on 16 days of October, whose bill is written.
        facts.counts.push(count(Counted::Devices, "2026-10-16", 14));
        let mut next = billed(&facts, "2026-12-01");
        if timing == Timing::Advance {
            // October had ended when it was settled; November is billed with what is known only now.
            assert_eq!(
                story(&next.drafts[0])[1..],
                ["adjustment 2026-10-01..2026-11-01 6194", "adjustment 2026-11-01..2026-12-01 12000", shown,]
            );
        } else {
            assert_eq!(story(&next.drafts[0])[1..], ["adjustment 2026-10-01..2026-11-01 6194", shown]);
        }
        let note = next.drafts[0].lines[0].note.as_deref().unwrap();
        assert!(note.starts_with("late: counted after it was billed: 10 for 15 days from 2026-10-01, 14"), "{note}");
        assert_eq!(facts.book.counts_from(&facts.contract), Some(day("2026-09-01")));
        // Once, and back again when it is mended.
        assert_eq!(billed(&next.after, "2027-01-01").drafts[0].lines.len(), 1);
        next.after.counts[1].quantity = dec("10");
        let back = billed(&next.after, "2027-01-01").drafts.remove(0);
        assert!(story(&back).contains(&"adjustment 2026-10-01..2026-11-01 -6194".to_owned()), "{:?}", story(&back));
        // What is older than the periods that are remembered stays as it was billed.
        let mut old = billed(&next.after, "2027-08-01").after;
        old.counts.insert(1, count(Counted::Devices, "2026-09-10", 11));
        assert_eq!(billed(&old, "2027-09-01").drafts[0].lines.len(), 1);
    }
}

#[test]
fn time_joins_the_next_bill_and_what_is_older_than_the_last_one_is_named_as_late() {
    let active = contract(monthly("2026-01-01", None), vec![fixed(1, Timing::Advance, "10", "2026-01-01")]);
    let mut facts = billed(&facts(active), "2026-02-01").after;
    facts.time =
        vec![worked(1, "2026-01-20", 90, 9_000), worked(2, "2026-02-20", 30, 3_000), worked(3, "2026-03-01", 15, 1)];
    let billing = billed(&facts, "2026-03-01");
    let draft = &billing.drafts[0];
    assert_eq!(story(draft)[2..], ["time 2026-01-20..2026-01-21 9000", "time 2026-02-20..2026-02-21 3000"]);
    assert_eq!((draft.lines[1].note.is_some(), draft.lines[2].note.is_some()), (true, false));
    assert_eq!(draft.lines[1].quantity, dec("1.5"));
    assert_eq!(billing.after.time.len(), 1, "today is billed when it is over");
}

#[test]
fn a_bill_takes_as_many_entries_as_an_invoice_holds_and_the_next_one_the_rest() {
    let active = contract(monthly("2026-01-01", None), vec![fixed(1, Timing::Advance, "10", "2026-01-01")]);
    let mut facts = facts(active);
    facts.time = (0..2_500).map(|n| worked(n, "2026-01-20", 60, 1)).collect();
    let billing = billed(&facts, "2026-03-01");
    let lines: Vec<usize> = billing.drafts.iter().map(|draft| draft.lines.len()).collect();
    assert_eq!(lines, [1, 2_000, 502]);
}

#[test]
fn what_a_yearly_bill_has_no_room_for_is_on_a_further_one_each_month_and_the_schedule_stays() {
    let yearly = |ends| Schedule { cycle: Cycle::Annual, ..monthly("2026-01-01", ends) };
    let line = || vec![fixed(1, Timing::Advance, "10", "2026-01-01")];
    let mut active = contract(yearly(None), line());
    let off = |off| Discount { name: "Off".into(), off, from: day("2026-01-01"), term: Term::Forever {} };
    active.discounts = vec![off(Off::Amount { amount: eur(500) }), off(Off::Percent { percent: dec("50") })];
    let mut long = facts(active);
    long.time = (0..4_500).map(|n| worked(n, "2026-06-20", 60, 10)).collect();
    let billing = billed(&long, "2027-06-01");
    let lines: Vec<_> = billing.drafts.iter().map(|draft| (draft.on().to_string(), draft.lines.len())).collect();
    let expected = [("2026-01-01", 1), ("2027-01-01", 2_000), ("2027-02-01", 2_000), ("2027-03-01", 501)];
    assert_eq!(lines, expected.map(|(on, lines)| (on.to_owned(), lines)));
    assert_eq!((billing.after.contract.next_on, billing.after.time.len()), (Some(day("2028-01-01")), 0));
    let last = &billing.drafts[3];
    assert_eq!(last.billed.period.to, day("2027-04-01"));
    assert_eq!(last.net, eur(501 * 5), "a part of the amount is not taken off again, the percentage is");
    let mut identities: Vec<String> = billing.drafts.iter().map(Draft::identity).collect();
    identities.dedup();
    assert_eq!(identities.len(), 4);

    // The run makes them one by one, and comes to the same.
    let mut stored = long;
    for draft in &billing.drafts {
        let next = billed(&stored, "2027-06-01").drafts.remove(0);
        assert_eq!((next.identity(), next.taken.clone()), (draft.identity(), draft.taken.clone()));
        stored = stored.with(&next, day("2027-06-01")).unwrap();
    }
    assert!(billed(&stored, "2027-06-01").drafts.is_empty());

    // What was not even read is asked for a month later; when there was no more, that date passes.
    let mut used_up = facts(contract(yearly(None), vec![metered(1, each("1"), "2026-01-01")]));
    used_up.usage = (0..2_000).map(|n| used(n, 1, "2026-05-05", "1")).collect();
    let mut after = billed(&used_up, "2027-01-01").after;
    assert_eq!(after.contract.next_on, Some(day("2027-02-01")));
    let passed = billed(&after, "2027-02-01");
    assert_eq!((passed.drafts.len(), passed.after.contract.next_on), (0, Some(day("2028-01-01"))));
    after.usage = vec![used(9_000, 1, "2026-05-06", "2"), used(9_001, 1, "2027-01-06", "4")];
    let rest = billed(&after, "2027-02-01");
    assert_eq!(stories(&rest), [vec!["2027-02-01", "late 2026-01-01..2027-01-01 200"]]);
    assert_eq!((rest.after.contract.next_on, rest.after.usage.len()), (Some(day("2028-01-01")), 1));

    // A plan brings no more than it takes up: that there is more is seen by how much that is.
    let many = |count: u128| {
        let mut planned = facts(contract(yearly(None), line()));
        planned.charges = (0..count).map(|n| charge(n, "2026-01-01", "1", "0.01")).collect();
        billed(&planned, "2026-01-01").after.contract.next_on
    };
    assert_eq!((many(1_999), many(1_800)), (Some(day("2026-02-01")), Some(day("2027-01-01"))));

    // After the end, and when something comes in after it, nothing waits for a year either.
    let mut over = facts(contract(yearly(Some("2027-01-01")), line()));
    over.charges = (0..2_001).map(|n| charge(n, "2026-06-20", "1", "0.01")).collect();
    let billing = billed(&over, "2027-03-01");
    let on: Vec<_> = billing.drafts.iter().map(|draft| (draft.on(), draft.lines.len())).collect();
    assert_eq!(on[1..], [(day("2027-01-01"), 2_000), (day("2027-02-01"), 1)]);
    assert_eq!(billing.after.contract.state, ContractState::Ended);
    assert_eq!(woken(billing.after.contract, day("2027-03-10")).next_on, Some(day("2027-04-10")));
}

#[test]
fn a_term_that_is_renewed_inside_a_period_makes_no_bill_of_its_own() {
    let cycles = [(Cycle::Annual, "2026-07-01", "2027-01-01"), (Cycle::Quarterly, "2026-03-16", "2026-04-01")];
    for (cycle, ends, next) in cycles {
        for auto in [true, false] {
            let schedule = Schedule { cycle, ..monthly("2026-01-01", Some(ends)) };
            let mut active = contract(schedule, vec![fixed(1, Timing::Advance, "10", "2026-01-01")]);
            active.renewal = Renewal { auto, months: 12, ..Renewal::default() };
            let mut facts = facts(active);
            facts.time = vec![worked(1, "2026-02-10", 60, 10)];
            let on: Vec<_> =
                billed(&facts, next).drafts.iter().map(|draft| (draft.on(), draft.taken.time.len())).collect();
            let second = if auto { next } else { ends };
            assert_eq!(on, [(day("2026-01-01"), 0), (day(second), 1)], "{cycle:?} {auto}");
        }
    }
    // A further bill follows the last one by a month, also where that month is short.
    let mut facts = facts(contract(
        Schedule { cycle: Cycle::Annual, ..monthly("2026-01-31", None) },
        vec![fixed(1, Timing::Advance, "10", "2026-01-31")],
    ));
    facts.time = (0..4_500).map(|n| worked(n, "2026-06-20", 60, 10)).collect();
    let on: Vec<_> = billed(&facts, "2027-06-01").drafts.iter().map(Draft::on).collect();
    assert_eq!(on, ["2026-01-31", "2027-01-31", "2027-02-28", "2027-03-28"].map(day));
}

#[test]
fn a_block_line_sells_whole_blocks_and_those_that_are_added_later() {
    let mut block = line(1, LineKind::Block, Timing::Advance, each("500"), day("2026-01-01"));
    block.block = Some(BlockTerms { minutes: 600, expire_months: Some(3) });
    block.quantity = vec![Dated::new(day("2026-01-01"), Quantity::Fixed { quantity: dec("1") })];
    let mut facts = billed(&facts(contract(monthly("2026-01-01", None), vec![block])), "2026-01-01");
    let sold = facts.drafts[0].blocks[0];
    assert_eq!((sold.minutes, sold.price, sold.expires_on), (600, eur(50_000), Some(day("2026-04-01"))));
    let more = Change::SetQuantity { line: line_id(1), quantity: Quantity::Fixed { quantity: dec("3") } };
    facts.after.contract =
        amend(facts.after.contract, &amendment("2026-01-31", vec![more]), day("2026-01-31")).unwrap();
    let next = billed(&facts.after, "2026-02-01");
    let sold: Vec<(u32, i64)> = next.drafts[0].blocks.iter().map(|sold| (sold.minutes, sold.price.minor())).collect();
    assert_eq!(sold, [(1_200, 100_000), (1_800, 150_000)]);
}

#[test]
fn a_line_may_be_billed_in_full_or_not_at_all_for_a_part_of_a_period() {
    for (proration, nets) in [
        (Proration::ActualDays, [2_000, 3_000]),
        (Proration::FullPeriod, [3_000, 3_000]),
        (Proration::None, [0, 3_000]),
    ] {
        let line = Line { proration: Some(proration), ..fixed(1, Timing::Advance, "30", "2026-04-11") };
        let schedule = monthly("2026-04-01", None);
        let drafts = billed(&facts(contract(schedule, vec![line])), "2026-05-01").drafts;
        let net = |on: &str| drafts.iter().find(|draft| draft.on() == day(on)).map_or(0, |draft| draft.net.minor());
        assert_eq!([net("2026-04-01"), net("2026-05-01")], nets, "{proration:?}");
    }
}
