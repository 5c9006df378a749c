//! Bills that draw on prepaid hours, and what the void of one gives back.

use crate::common::contracts::*;
use domain::billing::bill::*;
use domain::billing::blocks::{BlockState, SoldBlock, give_back};
use domain::billing::contract::*;
use domain::billing::hours::{Block, BucketTerms, Rollover, Source, reached};
use domain::{BlockId, ClientId, Money};
use jiff::Timestamp;
use jiff::civil::Date;
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

fn block(n: u128, minutes: u32, bought_on: &str, expires_on: Option<&str>) -> Block {
    Block {
        id: BlockId::from_uuid(Uuid::from_u128(n)),
        client: ClientId::from_uuid(Uuid::from_u128(8)),
        minutes,
        price: eur(100_000),
        bought_on: day(bought_on),
        expires_on: expires_on.map(day),
        work_types: Vec::new(),
        used: Decimal::ZERO,
        alerted: Vec::new(),
    }
}

fn sold(block: Block) -> SoldBlock {
    let state = BlockState::Unbilled {};
    let (text, taxes, unbilled) = ("Ten hours".into(), Vec::new(), Decimal::ZERO);
    SoldBlock { block, text, taxes, state, unbilled, created_at: Timestamp::UNIX_EPOCH }
}

/// Care for 100.00 a month, in which so many minutes are included.
fn care(minutes: u32, rollover: Rollover) -> Facts {
    let bucket = Some(BucketTerms { minutes, rollover, overage_per_hour: None, work_types: Vec::new() });
    let line = Line { bucket, ..fixed(1, Timing::Advance, "100", "2026-01-01") };
    facts(contract(monthly("2026-01-01", None), vec![line]))
}

/// Work at 60.00 an hour.
fn minutes(n: u128, on: &str, minutes: u32) -> Worked {
    worked(n, on, minutes, i64::from(minutes) * 100)
}

/// What the lines of work on each draft come to, in cents.
fn work(billing: &Billing) -> Vec<Vec<i64>> {
    let of = |draft: &Draft| {
        let work = draft.lines.iter().filter(|line| kind(line.origin) == "time");
        work.map(|line| line.net.minor()).collect()
    };
    billing.drafts.iter().map(of).collect()
}

#[test]
fn each_month_has_its_own_hours_and_what_is_beyond_them_is_charged() {
    let mut facts = care(60, Rollover::None {});
    facts.time = vec![
        minutes(1, "2026-01-05", 45),
        minutes(2, "2026-01-20", 45),
        minutes(3, "2026-02-03", 50),
        minutes(4, "2026-03-03", 70),
    ];
    let billing = billed(&facts, "2026-04-01");
    assert_eq!(work(&billing), [vec![], vec![0, 3_000], vec![0], vec![1_000]]);
    let second = &billing.drafts[1].lines.iter().filter(|line| kind(line.origin) == "time").collect::<Vec<_>>()[1];
    assert_eq!(second.note.as_deref(), Some("0:15 of 0:45 hours were prepaid"));
    assert_eq!((second.quantity, second.unit_price), (dec("0.5"), Some(dec("60"))));
    let alerts = |draft: &Draft| draft.hours.alerts.iter().map(|alert| alert.percent).collect::<Vec<_>>();
    assert_eq!(billing.drafts.iter().map(alerts).collect::<Vec<_>>(), [vec![], vec![80, 95], vec![80], vec![80, 95]]);
}

#[test]
fn what_is_left_of_months_without_work_rolls_over_as_agreed() {
    for (rollover, charged) in [
        (Rollover::None {}, 12_000),
        (Rollover::Months { months: 1 }, 6_000),
        (Rollover::Months { months: 6 }, 0),
        (Rollover::Capped { minutes: 30 }, 9_000),
    ] {
        let mut facts = care(60, rollover);
        facts.time = vec![minutes(1, "2026-03-10", 180)];
        let billing = billed(&facts, "2026-04-01");
        assert_eq!(work(&billing).concat(), [charged], "{rollover:?}");
    }
}

#[test]
fn other_hours_are_of_the_months_from_a_date_on_and_what_rolled_over_stays() {
    for (on, charged) in [
        ("2026-02-01", vec![0, 6_000]),
        ("2026-03-01", vec![6_000, 6_000]),
        ("2026-03-02", vec![12_000, 6_000]),
        ("2026-05-01", vec![12_000, 12_000]),
    ] {
        let mut facts = care(60, Rollover::Months { months: 6 });
        let line = facts.contract.lines[0].id;
        let more = amendment(on, vec![Change::SetBucket { line, minutes: 120 }]);
        facts.contract = amend(facts.contract, &more, day("2026-01-20")).unwrap();
        // January's 60, February's and March's; then April's alone.
        facts.time = vec![minutes(1, "2026-03-10", 300), minutes(2, "2026-04-10", 180)];
        assert_eq!(work(&billed(&facts, "2026-05-01")).concat(), charged, "{on}");
    }
    let facts = care(60, Rollover::None {});
    let set = |n, minutes| {
        let change = amendment("2026-02-01", vec![Change::SetBucket { line: line_id(n), minutes }]);
        amend(facts.contract.clone(), &change, day("2026-01-20")).map_err(|refusal| refusal.to_string())
    };
    assert!(set(1, 0).unwrap_err().contains("/changes/0/minutes"));
    assert!(set(2, 60).unwrap_err().contains("/changes/0/line"));
    let mut plain = facts.contract.clone();
    plain.lines[0].bucket = None;
    let change = amendment("2026-02-01", vec![Change::SetBucket { line: line_id(1), minutes: 60 }]);
    assert!(amend(plain, &change, day("2026-01-20")).unwrap_err().to_string().contains("includes no hours"));
}

#[test]
fn late_work_draws_on_the_month_in_which_it_is_billed() {
    let mut first = care(60, Rollover::None {});
    first.time = vec![minutes(1, "2026-01-10", 20)];
    let mut facts = billed(&first, "2026-02-01").after;
    facts.time = vec![minutes(2, "2026-01-11", 50), minutes(3, "2026-02-11", 20)];
    let billing = billed(&facts, "2026-03-01");
    assert_eq!(work(&billing), [[0, 1_000]], "50 of February's 60 are gone, and January's 40 are lost");
}

#[test]
fn blocks_that_expire_first_are_drawn_first_and_only_for_the_work_of_their_days() {
    let mut facts = facts(contract(monthly("2026-01-01", None), vec![fixed(1, Timing::Advance, "9", "2026-01-01")]));
    facts.blocks = vec![
        block(1, 60, "2026-01-10", None),
        block(2, 60, "2026-01-01", Some("2026-02-01")),
        block(3, 60, "2026-03-01", Some("2026-03-02")),
    ];
    facts.time = vec![minutes(1, "2026-01-05", 70), minutes(2, "2026-01-15", 30), minutes(3, "2026-02-15", 45)];
    let billing = billed(&facts, "2026-03-01");
    assert_eq!(work(&billing), [vec![], vec![1_000, 0], vec![1_500]]);
    let used = |facts: &Facts| facts.blocks.iter().map(|block| block.used).collect::<Vec<_>>();
    assert_eq!(used(&billing.after), [dec("60"), dec("60"), dec("0")]);
    assert_eq!(used(&facts), [dec("0"), dec("0"), dec("0")]);
    let alerts: Vec<(Source, u8)> = billing
        .drafts
        .iter()
        .flat_map(|draft| &draft.hours.alerts)
        .map(|alert| (alert.source, alert.percent))
        .collect();
    let of = |n: usize| Source::Block { block: facts.blocks[n].id };
    assert_eq!(alerts, [(of(1), 80), (of(1), 95), (of(0), 80), (of(0), 95)], "each once");
}

#[test]
fn what_is_left_of_a_month_s_hours_is_what_its_bill_will_leave() {
    let mut facts = care(60, Rollover::Months { months: 2 });
    facts.time = vec![minutes(1, "2026-01-10", 20), minutes(2, "2026-02-10", 85)];
    let stands = |facts: &Facts, on: &str| {
        let IncludedHours { own, bucket, unbilled, .. } = included_hours(facts, day(on)).unwrap().unwrap();
        let left: Vec<(String, Decimal)> =
            bucket.layers.iter().map(|layer| (layer.expires_on.to_string(), layer.left)).collect();
        (bucket.from.to_string(), [own, bucket.available, bucket.used, unbilled], left)
    };
    let row = |from: &str, minutes: [u32; 4], left: &[(&str, u32)]| {
        let left = left.iter().map(|(expires_on, left)| ((*expires_on).to_owned(), Decimal::from(*left))).collect();
        (from.to_owned(), minutes.map(Decimal::from), left)
    };
    let february = |unbilled| row("2026-02-01", [60, 100, 85, unbilled], &[("2026-04-01", 0), ("2026-05-01", 15)]);
    let march = row("2026-03-01", [60, 75, 0, 0], &[("2026-05-01", 15), ("2026-06-01", 60)]);
    assert_eq!(stands(&facts, "2026-02-11"), february(85), "nothing of it is billed");
    assert_eq!(stands(&facts, "2026-02-28"), february(85));
    assert_eq!(stands(&facts, "2026-03-01"), march);
    let one = billed(&facts, "2026-02-01").after;
    assert_eq!(stands(&one, "2026-02-28"), february(85), "January's work is");
    let two = billed(&facts, "2026-03-01").after;
    let kept = two.book.bucket.clone().unwrap();
    assert_eq!(included_hours(&facts, day("2026-02-28")).unwrap().unwrap().bucket, kept.bucket, "as the bill left it");
    assert_eq!(stands(&two, "2026-03-01"), march);
    let mut late = two;
    late.time = vec![minutes(3, "2026-02-27", 30)];
    let drawn = row("2026-03-01", [60, 75, 30, 30], &[("2026-05-01", 0), ("2026-06-01", 45)]);
    assert_eq!(stands(&late, "2026-03-05"), drawn, "late work draws on the month in which it is billed");
}

#[test]
fn hours_are_included_on_the_days_of_their_line_and_of_a_term_that_goes_on() {
    let mut facts = care(60, Rollover::None {});
    facts.contract.schedule.ends_on = Some(day("2026-03-01"));
    let includes = |facts: &Facts, on: &str| included_hours(facts, day(on)).unwrap().map(|hours| hours.bucket.left());
    let whole = Some(Decimal::from(60));
    assert_eq!([includes(&facts, "2025-12-31"), includes(&facts, "2026-03-01")], [None, None]);
    assert_eq!([includes(&facts, "2026-01-01"), includes(&facts, "2026-02-28")], [whole, whole]);
    facts.contract.renewal = Renewal { auto: true, months: 12, ..Renewal::default() };
    assert_eq!([includes(&facts, "2026-03-01"), includes(&facts, "2027-02-28")], [whole, whole]);
    facts.contract.lines[0].bucket = None;
    assert_eq!(includes(&facts, "2026-02-01"), None);
}

#[test]
fn a_share_of_hours_is_reached_with_its_last_minute() {
    let of = |used: &str, of: u32| reached(dec(used), Decimal::from(of));
    for (used, all, percent) in [
        ("0", 0, None),
        ("79.9", 100, None),
        ("80", 100, Some(80)),
        ("94.99", 100, Some(80)),
        ("95", 100, Some(95)),
        ("130", 100, Some(95)),
    ] {
        assert_eq!(of(used, all), percent, "{used} of {all}");
    }
}

#[test]
fn a_block_sold_by_hand_is_on_the_next_invoice_once() {
    let mut facts = facts(contract(monthly("2026-01-01", None), vec![fixed(1, Timing::Advance, "9", "2026-01-01")]));
    let mut dollars = sold(block(3, 600, "2026-01-15", None));
    dollars.block.price = Money::new(1, iso_currency::Currency::USD);
    facts.sold =
        vec![sold(block(1, 600, "2026-01-15", Some("2027-01-15"))), sold(block(2, 600, "2026-02-02", None)), dollars];
    let billing = billed(&facts, "2026-03-01");
    assert_eq!(
        stories(&billing),
        [
            vec!["2026-01-01", "line 2026-01-01..2026-02-01 900"],
            vec!["2026-02-01", "line 2026-02-01..2026-03-01 900", "other 2026-01-15..2027-01-15 100000"],
            vec!["2026-03-01", "line 2026-03-01..2026-04-01 900", "other 100000"],
        ]
    );
    let taken: Vec<usize> = billing.drafts.iter().map(|draft| draft.taken.blocks.len()).collect();
    assert_eq!(
        (taken, billing.after.sold.len()),
        (vec![0, 1, 1], 1),
        "the one in dollars waits for a contract in them"
    );
}

#[test]
fn a_contract_has_one_bucket_at_a_time() {
    let bucket = |minutes| {
        Some(BucketTerms { minutes, rollover: Rollover::None {}, overage_per_hour: None, work_types: vec![] })
    };
    let line = |n, from: &str, until: Option<&str>| Line {
        bucket: bucket(60),
        until: until.map(day),
        ..fixed(n, Timing::Advance, "10", from)
    };
    let checked = |lines| check(&contract(monthly("2026-01-01", None), lines));
    checked(vec![line(1, "2026-01-01", Some("2026-03-01")), line(2, "2026-03-01", None)]).unwrap();
    let refused = checked(vec![line(1, "2026-01-01", Some("2026-03-02")), line(2, "2026-03-01", None)]).unwrap_err();
    assert!(format!("{refused:?}").contains("/lines/1/bucket"), "{refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn what_is_drawn_and_what_is_charged_is_what_was_worked_and_a_void_gives_it_back(
        included in 1u32..200,
        months in proptest::option::of(1u8..4),
        bought in proptest::collection::vec((1u32..300, 0i32..90, proptest::option::of(1i32..90)), 0..5),
        done in proptest::collection::vec((0i32..90, 1u32..300), 0..12),
    ) {
        let start = day("2026-01-01");
        let on = |after: i32| -> Date { start.saturating_add(jiff::Span::new().days(after)) };
        let mut facts = care(included, months.map_or(Rollover::None {}, |months| Rollover::Months { months }));
        facts.blocks = (1..).zip(&bought).map(|(n, (minutes, bought_on, lasts))| Block {
            minutes: *minutes,
            bought_on: on(*bought_on),
            expires_on: lasts.map(|lasts| on(bought_on + lasts)),
            ..block(n, 1, "2026-01-01", None)
        }).collect();
        facts.time = (1..).zip(&done).map(|(n, (day, of))| minutes(n, &on(*day).to_string(), *of)).collect();
        let billing = billed(&facts, "2026-05-01");
        let mut before = facts.clone();
        for draft in &billing.drafts {
            let drawn: Decimal = draft.hours.drawings.iter().map(|drawing| drawing.draw.minutes).sum();
            let charged: i64 = work(&Billing { drafts: vec![draft.clone()], after: facts.clone(), more: false }).concat().iter().sum();
            let wanted: u32 = facts.time.iter().filter(|worked| draft.taken.time.contains(&worked.time.entry)).map(|worked| worked.time.minutes).sum();
            prop_assert_eq!(drawn * Decimal::ONE_HUNDRED + Decimal::from(charged), Decimal::from(wanted) * Decimal::ONE_HUNDRED);
            let after = before.clone().with(draft, day("2026-05-01")).unwrap();
            for block in &after.blocks {
                prop_assert!(block.used <= Decimal::from(block.minutes));
            }
            // The void: what was drawn is there again, to the minute.
            let back = after.book.clone().without(&draft.booked_usage(&before.book).unwrap(), &draft.hours.drawings).unwrap();
            let (left, was) = (back.bucket.as_ref().map(|kept| kept.bucket.left()), after.book.bucket.as_ref().map(|kept| kept.bucket.left()));
            let month = after.book.bucket.as_ref().map(|kept| kept.bucket.from);
            let of_bucket: Decimal = draft.hours.drawings.iter()
                .filter(|drawing| drawing.draw.source == (Source::Bucket {}) && Some(drawing.month) == month)
                .map(|drawing| drawing.draw.minutes).sum();
            prop_assert_eq!(left, was.map(|was| was + of_bucket));
            for (block, was) in after.blocks.iter().zip(&before.blocks) {
                let source = Source::Block { block: block.id };
                let minutes: Decimal = draft.hours.drawings.iter().filter(|drawing| drawing.draw.source == source).map(|drawing| drawing.draw.minutes).sum();
                prop_assert_eq!(give_back(sold(block.clone()), minutes).block.used, was.used);
            }
            before = after;
        }
        prop_assert_eq!(before.blocks, billing.after.blocks);
        let worked: usize = billing.drafts.iter().map(|draft| draft.taken.time.len()).sum();
        prop_assert_eq!(worked, facts.time.len(), "every piece of work is billed once");
    }

    #[test]
    fn usage_of_a_void_invoice_costs_with_the_next_bill_what_it_cost_before(
        first in 0u32..400, late in 1u32..400, void_late in any::<bool>(),
    ) {
        let tiers = |up_to: Option<&str>, price: &str| domain::billing::pricing::Tier { up_to: up_to.map(dec), unit_price: dec(price), flat_fee: Decimal::ZERO };
        let pricing = domain::billing::pricing::Pricing::Graduated { tiers: vec![tiers(Some("100"), "1"), tiers(None, "0.5")], flat_fee_at_zero: false };
        let price = domain::billing::pricing::Price { pricing, minimum: Some(dec("50")), maximum: Some(dec("230")) };
        let mut facts = facts(contract(monthly("2026-01-01", None), vec![metered(1, price, "2026-01-01")]));
        facts.usage = vec![used(1, 1, "2026-01-10", &first.to_string())];
        let one = billed(&facts, "2026-02-01");
        let mut facts = one.after.clone();
        facts.usage = vec![used(2, 1, "2026-01-20", &late.to_string())];
        let before_late = facts.book.clone();
        let two = billed(&facts, "2026-03-01");
        let total = |billing: &Billing| -> i64 { billing.drafts.iter().map(|draft| draft.net.minor()).sum() };
        let undisturbed = total(&one) + total(&two);
        // One of the two is void, and its record comes again.
        let (voided, book, record) = if void_late {
            (&two, before_late, used(2, 1, "2026-01-20", &late.to_string()))
        } else {
            (&one, Book::default(), used(1, 1, "2026-01-10", &first.to_string()))
        };
        let booked = voided.drafts[0].booked_usage(&book).unwrap();
        let mut facts = two.after.clone();
        let of_void = voided.drafts[0].lines.iter().filter(|line| line.service.is_some_and(|service| service.from == day("2026-01-01")));
        let gone: i64 = of_void.map(|line| line.net.minor()).sum();
        facts.book = facts.book.without(&booked, &[]).unwrap();
        facts.usage = vec![record];
        let three = billed(&facts, "2026-04-01");
        let again = three.drafts[0].lines.iter().filter(|line| line.service.is_some_and(|service| service.from == day("2026-01-01")));
        let again: i64 = again.map(|line| line.net.minor()).sum();
        prop_assert_eq!(undisturbed - gone + again, undisturbed);
    }
}
