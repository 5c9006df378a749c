//! Bounds of bills: what is held, how drafts become invoices, and how much goes into one.

use crate::common::contracts::*;
use domain::billing::bill::*;
use domain::billing::contract::*;
use domain::billing::cycle::Period;
use domain::billing::dated::Dated;
use domain::billing::invoice::{InvoiceKind, NewInvoice};
use domain::billing::taxes::{Exemption, Tax, TaxRounding};
use domain::billing::terms::PaymentTerms;
use domain::ids::*;
use uuid::Uuid;

/// A day long before all others, on which what is known was billed.
const BEFORE: &str = "2025-01-01";

#[test]
fn a_bill_over_three_times_the_last_is_held_with_both_numbers_until_it_is_approved() {
    let active = contract(monthly("2026-01-01", None), vec![fixed(1, Timing::Advance, "10", "2026-01-01")]);
    let mut facts = billed(&facts(active), "2026-02-01").after;
    facts.charges = vec![charge(1, "2026-03-01", "1", "20.01")];
    let held = billed(&facts, "2026-04-01");
    assert_eq!(held.drafts[0].holds, [Hold::Total { net: eur(3_001), last: eur(1_000), times: 3 }]);
    assert!(held.ready().is_empty() && held.drafts.len() == 2, "what comes after a held draft waits for it");

    let approval = |net| Approval { on: day("2026-03-01"), net: eur(net), lines: 0 };
    facts.approvals = vec![approval(3_000)];
    assert!(billed(&facts, "2026-04-01").ready().is_empty(), "something else was approved");
    facts.approvals = vec![approval(3_001)];
    assert_eq!(billed(&facts, "2026-04-01").ready().len(), 2);
    facts.approvals.clear();
    facts.charges = vec![charge(1, "2026-03-01", "1", "20")];
    assert_eq!(billed(&facts, "2026-04-01").ready().len(), 2, "three times is not over three times");
}

#[test]
fn what_a_bill_gave_back_is_no_measure_of_the_next_one() {
    let active = contract(monthly("2026-02-01", None), vec![seats(1, "10", "2026-02-01", "17")]);
    let april = billed(&facts(active), "2026-04-01").after;
    assert_eq!(april.book.comparable, Some(eur(17_000)));
    let held = |net, last| vec![Hold::Total { net: eur(net), last: eur(last), times: 3 }];
    for (name, changed, credit, may, comparable, holds) in [
        ("nothing", vec![], None, 17_000, 17_000, vec![]),
        // April had 17 for ten days and 3 for twenty: 93.33 of its 170.00 go back.
        ("a settled drop", vec![("2026-04-11", "3"), ("2026-05-01", "11")], None, 1_667, 11_000, vec![]),
        ("a credit", vec![], Some("-160"), 1_000, 17_000, vec![]),
        ("both", vec![("2026-04-11", "3"), ("2026-05-01", "11")], Some("-10"), 667, 11_000, vec![]),
        ("a settled rise", vec![("2026-04-11", "20")], None, 22_000, 22_000, vec![]),
        (
            "a bill that is small",
            vec![("2026-05-01", "3"), ("2026-06-01", "11")],
            None,
            3_000,
            3_000,
            held(11_000, 3_000),
        ),
        (
            "a settled drop, and far more",
            vec![("2026-04-11", "3"), ("2026-05-01", "11"), ("2026-06-01", "34")],
            None,
            1_667,
            11_000,
            held(34_000, 11_000),
        ),
    ] {
        let mut facts = april.clone();
        let quantity = |(on, seats): (&str, &str)| Dated::new(day(on), Quantity::Fixed { quantity: dec(seats) });
        facts.contract.lines[0].quantity.extend(changed.into_iter().map(quantity));
        facts.charges = credit.map(|price| charge(1, "2026-05-01", "1", price)).into_iter().collect();
        let bills = billed(&facts, "2026-06-01");
        let [of_may, of_june] = &bills.drafts[..] else { panic!("{name}: {:?}", stories(&bills)) };
        assert_eq!((of_may.net, of_may.comparable), (eur(may), Some(eur(comparable))), "{name}");
        assert_eq!(of_june.holds, holds, "{name}");
        assert_eq!(of_may.holds, [], "{name}");
    }
}

#[test]
fn a_bill_with_nothing_to_be_compared_with_is_held_when_its_run_is_over_three_times_the_last() {
    let active = contract(monthly("2026-03-01", None), vec![fixed(1, Timing::Advance, "10", "2026-03-01")]);
    let after = |dates: &[(&str, i64)]| {
        let runs = dates
            .iter()
            .fold(Runs::default(), |runs, (on, net)| runs.with(day(on), eur(*net), false, day(BEFORE)).unwrap());
        billed(&Facts { runs, ..facts(active.clone()) }, "2026-03-01").drafts.remove(0).holds
    };
    let held = |sum, last| vec![Hold::Run { sum: eur(sum), last: eur(last), times: 3 }];
    let none = Vec::new;
    let cases = [
        (vec![], none()),
        (vec![("2026-03-01", 9_000)], none()),
        (vec![("2026-02-01", 333)], held(1_000, 333)),
        (vec![("2026-02-01", 334)], none()),
        (vec![("2026-01-24", 333)], held(1_000, 333)),
        (vec![("2026-01-24", 334)], none()),
        // Dated back before all others, or after a long pause: the largest of all that are known is the measure.
        (vec![("2025-03-01", 200), ("2025-05-01", 333), ("2026-04-01", 100)], held(1_000, 333)),
        (vec![("2025-03-01", 200), ("2026-04-01", 333)], held(1_000, 333)),
        (vec![("2025-03-01", 900), ("2026-02-01", 333)], held(1_000, 333)),
        (vec![("2026-03-01", 500), ("2026-04-01", 400)], held(1_500, 400)),
        (vec![("2026-01-25", 333)], held(1_000, 333)),
        (vec![("2026-02-01", 333), ("2026-02-27", 1), ("2026-02-28", -9_000)], held(1_000, 333)),
        (vec![("2026-02-01", 500), ("2026-03-01", 500)], none()),
        (vec![("2026-02-01", 500), ("2026-03-01", 501)], held(1_501, 500)),
        (vec![("2026-02-01", 500), ("2026-04-01", 501)], none()),
    ];
    for (dates, holds) in cases {
        assert_eq!(after(&dates), holds, "{dates:?}");
    }
    // A run that is behind makes its dates side by side: what is not whole yet measures no date before it or long after.
    let today = day("2026-03-01");
    for (other, is_held) in [("2026-04-01", false), ("2025-12-01", false), ("2026-02-01", true)] {
        let runs = Runs::default().with(day(other), eur(1), false, today).unwrap();
        let over = |today| runs.over(day("2026-03-01"), eur(4), 3, today).unwrap().is_some();
        assert_eq!((over(today), over(day("2026-03-02"))), (is_held, true), "{other}");
    }

    // Whatever has a bill of its own to be compared with is compared with that, and an approval lets either pass.
    let mut stored = facts(active.clone());
    stored.runs = Runs::default().with(day("2026-02-01"), eur(1), false, day(BEFORE)).unwrap();
    stored.approvals = vec![Approval { on: day("2026-03-01"), net: eur(1_000), lines: 1 }];
    let first = billed(&stored, "2026-03-01");
    let run = Run { net: eur(1_000), unproven: eur(0) };
    assert_eq!((first.ready().len(), first.after.runs.dates[&day("2026-03-01")]), (1, run), "somebody looked at it");
    let mut proven = billed(&first.after, "2026-04-01").after;
    proven.runs = Runs::default().with(day("2026-04-01"), eur(1), true, day(BEFORE)).unwrap();
    assert_eq!(billed(&proven, "2026-05-01").ready().len(), 1);
    let many = (0..300).fold(Runs::default(), |runs, n| {
        runs.with(day("2026-01-01") + jiff::Span::new().days(n), eur(1), true, day(BEFORE)).unwrap()
    });
    assert_eq!((many.dates.len(), many.dates.keys().next_back()), (KEPT_DATES, Some(&day("2026-10-27"))));
    let slips = (0..3).fold(many, |runs, _| runs.with(day("2025-01-01"), eur(2), false, day(BEFORE)).unwrap());
    let slipped = Run { net: eur(6), unproven: eur(6) };
    assert_eq!(
        (slips.dates.len(), slips.dates[&day("2025-01-01")]),
        (KEPT_DATES, slipped),
        "they are compared together"
    );
}

#[test]
fn what_was_made_void_or_credited_is_no_measure_of_a_run() {
    let (on, run) = (day("2026-03-01"), |net, unproven| Run { net: eur(net), unproven: eur(unproven) });
    let slip = Run::of([(eur(100), false), (eur(-40), true), (eur(900), true)]).unwrap().unwrap();
    assert_eq!((slip, Run::of([(eur(-1), true), (eur(0), false)]).unwrap()), (run(1_000, 100), None));
    let runs = Runs::default().with(on, eur(50), false, day(BEFORE)).unwrap();
    let billed =
        runs.clone().with(on, eur(100), false, day(BEFORE)).unwrap().with(on, eur(900), true, day(BEFORE)).unwrap();
    assert_eq!(billed.clone().without(on, slip).unwrap(), runs);
    assert_eq!(billed.clone().without(day("2026-02-01"), slip).unwrap(), billed, "what is forgotten stays so");
    assert_eq!(
        Runs::default().with(on, eur(900), true, day(BEFORE)).unwrap().without(on, slip).unwrap().dates,
        Runs::default().dates
    );

    // In parts: what nothing proves goes last, and what a note in full leaves over is gone with it.
    let (out, left) = slip.credited(eur(850), false).unwrap();
    assert_eq!((out, left), (run(850, 0), Some(run(150, 100))));
    let (out, left) = left.unwrap().credited(eur(90), false).unwrap();
    assert_eq!((out, left), (run(90, 40), Some(run(60, 60))));
    assert_eq!(left.unwrap().credited(eur(50), true).unwrap(), (run(60, 60), None));
    assert_eq!(slip.credited(eur(5_000), false).unwrap(), (slip, None));
    assert_eq!(
        Run::of([(eur(9), true)]).unwrap().unwrap().credited(eur(0), false).unwrap(),
        (run(0, 0), Some(run(9, 0)))
    );
}

#[test]
fn an_open_account_bills_what_is_open_on_the_first_of_the_month_and_sleeps_again() {
    let (client, today) = (ClientId::from_uuid(Uuid::from_u128(8)), day("2026-02-20"));
    let (terms, currency) = (PaymentTerms::NetDays { days: 14 }, iso_currency::Currency::EUR);
    let id = ContractId::from_uuid(Uuid::from_u128(9));
    let asleep = open_account(id, (client, currency), terms, today, jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(
        (asleep.state, asleep.next_on, billed(&facts(asleep.clone()), "2030-01-01").drafts.len()),
        (ContractState::Ended, None, 0)
    );
    let awake = woken(asleep.clone(), today);
    assert_eq!((awake.state, awake.next_on), (ContractState::Active, Some(day("2026-03-01"))));
    let open = Facts {
        charges: vec![charge(1, "2026-02-20", "1", "25"), charge(2, "2026-04-15", "1", "30")],
        ..facts(awake.clone())
    };
    assert_eq!(billed(&open, "2026-02-28").drafts.len(), 0);
    let bills = billed(&open, "2026-07-01");
    let on: Vec<_> = bills.drafts.iter().map(|draft| (draft.on(), draft.net)).collect();
    assert_eq!(on, [(day("2026-03-01"), eur(2_500)), (day("2026-05-01"), eur(3_000))]);
    assert_eq!((bills.after.contract.state, bills.after.contract.next_on), (ContractState::Ended, None));
    let again = woken(bills.after.contract, day("2026-07-01"));
    assert_eq!(again.next_on, Some(day("2026-08-01")), "not on a day that was billed");
    assert_eq!(
        billed(&facts(awake), "2026-04-01").after.contract.state,
        ContractState::Ended,
        "nothing was open any more"
    );
}

#[test]
fn a_contract_takes_what_comes_in_when_it_bills_within_a_month_or_speaks_of_work() {
    let of = |cycle, next_on: &str, state| {
        let schedule = domain::billing::cycle::Schedule { cycle, ..monthly("2025-03-15", None) };
        let lines = vec![fixed(1, Timing::Advance, "10", "2025-03-15")];
        Contract { next_on: Some(day(next_on)), state, ..contract(schedule, lines) }
    };
    use ContractState::{Active, Draft, Ended};
    use domain::billing::cycle::Cycle::{Annual, Monthly, Weekly};
    let today = day("2026-02-20");
    let cases = [
        (Monthly, "2026-03-15", Active, None, true),
        (Monthly, "2026-03-15", Draft, None, false),
        (Monthly, "2026-03-15", Ended, None, false),
        (Annual, "2026-03-20", Active, None, true),
        (Annual, "2026-03-21", Active, None, false),
        (Annual, "2026-01-01", Active, None, false),
        (Annual, "2026-01-01", Active, Some("2025-12-31"), true),
        (Annual, "2026-03-15", Active, Some("2026-03-15"), true),
        (Annual, "2026-03-15", Active, Some("2026-03-16"), false),
        (Monthly, "2026-03-15", Active, Some("2026-09-16"), true),
        (Weekly, "2026-02-23", Active, Some("2027-09-16"), true),
        (Monthly, "2026-08-15", Active, None, false),
    ];
    for (cycle, next_on, state, from, soon) in cases {
        let bills = of(cycle, next_on, state).bills_soon(from.map_or(today, day), today);
        assert_eq!(bills, soon, "{cycle:?} {next_on} {state:?} {from:?}");
    }
    let mut hourly = of(Annual, "2027-01-01", Active);
    assert!(!hourly.speaks_of_work(today));
    hourly.lines.push(Line { kind: LineKind::Time, until: Some(day("2026-02-21")), ..hourly.lines[0].clone() });
    assert!(hourly.speaks_of_work(today) && !hourly.speaks_of_work(day("2026-02-21")));
}

#[test]
fn more_than_fifteen_lines_of_one_line_in_a_day_are_held_whether_in_one_call_or_two() {
    let mut weekly = monthly("2026-01-05", None);
    weekly.cycle = domain::billing::cycle::Cycle::Weekly;
    let active = contract(weekly, vec![fixed(1, Timing::Advance, "10", "2026-01-05")]);
    let late = billed(&facts(active.clone()), "2026-06-01");
    assert_eq!((late.drafts.len(), late.ready().len()), (22, 15));
    assert_eq!(late.drafts[15].holds, [Hold::Lines { line: line_id(1), lines: 16, most: 15 }]);

    let mut stored = facts(active);
    for draft in late.ready() {
        stored = stored.with(draft, day("2026-06-01")).unwrap();
    }
    assert!(billed(&stored, "2026-06-01").ready().is_empty());
    let approval = Approval { on: late.drafts[15].on(), net: eur(1_000), lines: 16 };
    let approved = Facts { approvals: vec![approval], ..stored.clone() };
    assert_eq!(billed(&approved, "2026-06-01").ready().len(), 1, "the next one is another draft");
    assert_eq!(billed(&stored, "2026-06-02").ready().len(), 7, "the next day counts anew");
}

#[test]
fn drafts_of_one_client_make_one_invoice_that_keeps_every_identity() {
    let draft = |id: u128, client: u128, starts: &str, days: u16| {
        let mut contract = contract(monthly(starts, None), vec![fixed(1, Timing::Advance, "10", starts)]);
        contract.id = ContractId::from_uuid(Uuid::from_u128(id));
        contract.client = ClientId::from_uuid(Uuid::from_u128(client));
        contract.terms = PaymentTerms::NetDays { days };
        billed(&facts(contract), starts).drafts.remove(0)
    };
    let drafts = vec![
        draft(5, 1, "2026-01-01", 14),
        draft(4, 1, "2026-01-01", 14),
        draft(3, 1, "2026-01-01", 30),
        draft(2, 2, "2026-01-01", 14),
        draft(1, 1, "2026-01-02", 14),
    ];
    let sizes = |bundles: &[Bundle]| bundles.iter().map(|bundle| bundle.drafts.len()).collect::<Vec<_>>();
    assert_eq!(sizes(&bundle(drafts.clone(), Grouping::PerContract)), [1, 1, 1, 1, 1]);
    let bundles = bundle(drafts.clone(), Grouping::PerClient);
    assert_eq!(sizes(&bundles), [1, 2, 1, 1]);
    let mut one: Vec<String> = bundles.iter().flat_map(Bundle::identities).collect();
    let mut other: Vec<String> = drafts.iter().map(Draft::identity).collect();
    one.sort();
    other.sort();
    assert_eq!(one, other);
    assert_eq!(bundles[1].due_on(day("2026-01-07")), day("2026-01-21"), "from the day it is issued");

    let mut held = drafts;
    held[0].holds = vec![Hold::Lines { line: line_id(1), lines: 16, most: 15 }];
    assert_eq!(sizes(&bundle(held, Grouping::PerClient)), [1, 1, 1, 1, 1], "a held draft holds up no other");
}

#[test]
fn use_that_comes_in_very_late_counts_in_the_oldest_period_that_is_remembered() {
    let price = limited("1", None, Some("10"));
    let active = contract(monthly("2026-01-01", None), vec![metered(1, price, "2026-01-01")]);
    let mut facts = billed(&facts(active), "2026-12-01").after;
    facts.usage = vec![used(1, 1, "2026-01-05", "8")];
    let next = billed(&facts, "2027-01-01");
    assert_eq!(stories(&next), [vec!["2027-01-01", "late 2026-06-01..2026-07-01 800"]]);
    assert_eq!(next.after.book.lines[&line_id(1)].periods.len(), KEPT_PERIODS);
}

#[test]
fn a_period_that_changes_often_is_one_line_with_the_same_sum() {
    let mut facts = facts(contract(
        monthly("2026-04-01", None),
        vec![Line { timing: Timing::Arrears, ..counted(1, "30", "2026-04-01", Counted::Contacts) }],
    ));
    facts.counts = (1..=30).map(|n| count(Counted::Contacts, &format!("2026-04-{n:02}"), n)).collect();
    let draft = &billed(&facts, "2026-05-01").drafts[0];
    assert_eq!(story(draft), ["2026-05-01", "line 2026-04-01..2026-05-01 46500"]);
    assert_eq!(draft.lines[0].service, Some(Period { from: day("2026-04-01"), to: day("2026-05-01") }));
}

#[test]
fn a_contract_of_five_hundred_lines_that_all_changed_fits_into_one_invoice() {
    let line = |n: u128| {
        let price = limited("0.30", Some("90"), None);
        let mut line = Line { price: vec![Dated::new(day("2026-04-01"), price)], ..seats(n, "1", "2026-04-01", "10") };
        for (on, quantity) in [("2026-05-07", "20"), ("2026-05-13", "30"), ("2026-05-20", "40"), ("2026-05-26", "50")] {
            line.quantity.push(Dated::new(day(on), Quantity::Fixed { quantity: dec(quantity) }));
        }
        line
    };
    let mut facts =
        billed(&facts(contract(monthly("2026-04-01", None), (0..500).map(line).collect())), "2026-04-01").after;
    for line in &mut facts.contract.lines {
        line.quantity.insert(1, Dated::new(day("2026-04-16"), Quantity::Fixed { quantity: dec("12") }));
        line.quantity.insert(2, Dated::new(day("2026-05-01"), Quantity::Fixed { quantity: dec("10") }));
    }
    let draft = &billed(&facts, "2026-05-01").drafts[0];
    assert!(draft.lines.len() <= domain::billing::lines::MOST_LINES, "{}", draft.lines.len());
    // For each line: 3.30 - 3.00 for April, 86.70 up to its minimum, and 6 x 3 + 6 x 6 + 7 x 9 + 6 x 12 + 6 x 15 over 31.
    assert_eq!(draft.net, eur(500 * (30 + 8_670 + 900)));
}

#[test]
fn a_bundle_is_taxed_as_one_invoice_whose_sums_hold() {
    let tax = |code: &str, inclusive: bool| Tax {
        code: code.parse().unwrap(),
        name: code.to_uppercase(),
        percent: vec![Dated::new(day("2020-01-01"), dec("19"))],
        compound: false,
        inclusive,
    };
    let free = Exemption {
        certificate: "DE123".into(),
        note: String::new(),
        from: day("2020-01-01"),
        expires_on: None,
        taxes: Vec::new(),
    };
    let draft = |id: u128, code: &str| {
        let line = Line { taxes: vec![code.parse().unwrap()], ..fixed(1, Timing::Advance, "0.33", "2026-01-01") };
        let mut contract = contract(monthly("2026-01-01", None), vec![line]);
        contract.id = ContractId::from_uuid(Uuid::from_u128(id));
        billed(&facts(contract), "2026-01-01").drafts.remove(0)
    };
    for (code, exemptions, rounding, net, tax_of) in [
        ("vat", vec![], TaxRounding::PerLine, 66, 12),
        ("vat", vec![], TaxRounding::PerInvoice, 66, 13),
        ("in", vec![], TaxRounding::PerInvoice, 55, 11),
        ("vat", vec![free.clone()], TaxRounding::PerInvoice, 66, 0),
        ("in", vec![free], TaxRounding::PerLine, 56, 0),
    ] {
        let bundles = bundle(vec![draft(1, code), draft(2, code)], Grouping::PerClient);
        assert_eq!(bundles.len(), 1);
        let taxes = [tax("vat", false), tax("in", true)];
        let (lines, taxed) = invoice_lines(&bundles[0], &taxes, &exemptions, rounding).unwrap();
        let new = NewInvoice {
            id: InvoiceId::from_uuid(Uuid::from_u128(1)),
            kind: InvoiceKind::Recurring,
            client: bundles[0].client,
            billed: bundles[0].billed(),
            currency: bundles[0].currency,
            terms: bundles[0].terms,
            taxes: taxed.summary,
            tax_rounding: rounding,
            exempted: taxed.exempted,
            note: None,
        };
        let totals = domain::billing::invoice::draft(new, &lines, jiff::Timestamp::UNIX_EPOCH).unwrap().totals;
        assert_eq!((totals.net.minor(), totals.tax.minor()), (net, tax_of), "{code} {rounding:?}");
    }
}
