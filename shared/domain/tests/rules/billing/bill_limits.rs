//! Bills with discounts, minimums and maximums: which of them comes first, and in which periods each holds.

use crate::common::contracts::*;
use domain::billing::contract::*;
use domain::billing::dated::Dated;
use domain::billing::discounts::{Discount, Off, Term};

#[test]
fn a_minimum_tops_up_once_when_the_period_has_ended() {
    let price = limited("1", Some("100"), None);
    let in_advance =
        Line { price: vec![Dated::new(day("2026-04-01"), price.clone())], ..seats(1, "1", "2026-04-01", "40") };
    let in_arrears = metered(2, price, "2026-04-01");
    let mut facts = facts(contract(monthly("2026-04-01", None), vec![in_advance, in_arrears]));
    facts.usage = vec![used(1, 2, "2026-04-03", "30")];
    let mut billing = billed(&facts, "2026-05-01");
    assert_eq!(
        stories(&billing),
        [
            vec!["2026-04-01", "line 2026-04-01..2026-05-01 4000"],
            vec![
                "2026-05-01",
                "minimum 2026-04-01..2026-05-01 6000",
                "line 2026-05-01..2026-06-01 4000",
                "usage 2026-04-01..2026-05-01 3000",
                "minimum 2026-04-01..2026-05-01 7000",
            ],
        ]
    );
    billing.after.usage = vec![used(2, 2, "2026-04-04", "90"), used(3, 2, "2026-05-04", "100")];
    let next = billed(&billing.after, "2026-06-01");
    let late = &story(&next.drafts[0])[3..];
    let expected = [
        "late 2026-04-01..2026-05-01 9000",
        "minimum 2026-04-01..2026-05-01 -7000",
        "usage 2026-05-01..2026-06-01 10000",
    ];
    assert_eq!(late, expected, "120 used in April: its top-up goes back");
}

#[test]
fn percentages_come_before_the_maximum_and_an_invoice_discount_is_on_the_lines_of_its_own_period() {
    let half = Discount {
        name: "Half".into(),
        off: Off::Percent { percent: dec("50") },
        from: day("2026-04-01"),
        term: Term::Periods { count: 1 },
    };
    let mut line = fixed(1, Timing::Advance, "300", "2026-04-01");
    line.price[0].value.maximum = Some(dec("120"));
    line.discounts = vec![half.clone()];
    let mut active = contract(monthly("2026-04-01", None), vec![line.clone()]);
    let nets = |contract: &Contract| {
        let drafts = billed(&facts(contract.clone()), "2026-05-01").drafts;
        drafts.iter().map(|draft| draft.net.minor()).collect::<Vec<_>>()
    };
    assert_eq!(nets(&active), [12_000, 12_000], "150 and 300, both above the maximum");
    active.lines[0].price[0].value.maximum = Some(dec("200"));
    assert_eq!(nets(&active), [15_000, 20_000]);
    active.lines[0].discounts.clear();
    active.discounts = vec![half];
    assert_eq!(nets(&active), [10_000, 20_000]);
}

#[test]
fn a_lines_discount_counts_its_periods_from_the_lines_first_day() {
    let joins = fixed(1, Timing::Advance, "31", "2026-01-15");
    let once = line(1, LineKind::OneOff, Timing::Advance, each("31"), day("2026-01-10"));
    let cases = [
        (&joins, "2026-01-15", 1, vec![0, 3_100, 3_100]),
        (&joins, "2026-01-01", 2, vec![0, 0, 3_100]),
        (&joins, "2026-01-20", 1, vec![1_700, 0, 3_100]),
        (&joins, "2026-02-01", 1, vec![1_700, 0, 3_100]),
        (&once, "2026-01-01", 1, vec![0]),
        (&once, "2026-01-10", 1, vec![0]),
        (&once, "2026-01-11", 1, vec![3_100]),
    ];
    for (line, from, count, expected) in cases {
        let free = Discount {
            name: "Free".into(),
            off: Off::Percent { percent: dec("100") },
            from: day(from),
            term: Term::Periods { count },
        };
        let line = Line { discounts: vec![free], ..line.clone() };
        let drafts = billed(&facts(contract(monthly("2026-01-01", None), vec![line])), "2026-03-01").drafts;
        let nets: Vec<i64> = drafts.iter().flat_map(|draft| &draft.lines).map(|line| line.net.minor()).collect();
        assert_eq!(nets, expected, "{from}, {count}");
    }
}

#[test]
fn who_got_a_percentage_off_gets_it_off_the_credit_as_well() {
    let mut active = contract(monthly("2026-04-01", None), vec![fixed(1, Timing::Advance, "30", "2026-04-01")]);
    active.discounts = vec![Discount {
        name: "Tenth".into(),
        off: Off::Percent { percent: dec("10") },
        from: day("2026-04-01"),
        term: Term::Forever {},
    }];
    let mut facts = billed(&facts(active), "2026-04-01").after;
    facts.contract = amend(facts.contract, &amendment("2026-04-11", vec![Change::End {}]), day("2026-04-05")).unwrap();
    assert_eq!(billed(&facts, "2026-04-11").drafts[0].net, eur(-1_800));
}
