//! Contracts: what a valid one is, what amendments may do, how terms are renewed, and what a simulation shows.

use crate::common::contracts::*;
use domain::Refusal;
use domain::billing::bill::{Facts, bill};
use domain::billing::codes::TaxCode;
use domain::billing::contract::*;
use domain::billing::dated::Dated;
use domain::billing::discounts::{Discount, Off, Term};
use domain::billing::hours::{BucketTerms, Rollover};
use domain::billing::pricing::{PercentagePricing, Price, Pricing};
use domain::billing::settings::BillingSettings;
use domain::billing::taxes::{Tax, TaxRounding, Taxable, tax as reckon};
use domain::billing::terms::PaymentTerms;
use domain::ids::*;
use domain::sla::SlaChoice;
use jiff::Timestamp;
use rust_decimal::Decimal;

fn fields<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Vec<String> {
    match result.unwrap_err() {
        Refusal::Invalid(faults) => faults.into_iter().map(|fault| fault.field).collect(),
        Refusal::Conflict { code, .. } => vec![code.to_owned()],
        other => panic!("{other}"),
    }
}

pub(super) fn seats_to(line: u128, quantity: &str) -> Change {
    Change::SetQuantity { line: line_id(line), quantity: Quantity::Fixed { quantity: dec(quantity) } }
}

pub(super) fn year() -> Contract {
    let lines = vec![seats(1, "10", "2026-01-01", "5"), fixed(2, Timing::Arrears, "99.99", "2026-01-01")];
    contract(monthly("2026-01-01", Some("2027-01-01")), lines)
}

#[test]
fn every_fault_of_a_contract_is_named_where_it_is() {
    check(&year()).unwrap();
    type Spoil = fn(&mut Contract);
    let cases: [(&str, Spoil); 21] = [
        ("/name", |c| c.name.clear()),
        ("/number", |c| c.number = "x".repeat(41)),
        ("/lines", |c| c.lines.clear()),
        ("/lines/1/id", |c| c.lines[1].id = line_id(1)),
        ("/schedule/ends_on", |c| c.schedule.ends_on = Some(day("2026-01-01"))),
        ("/renewal/auto", |c| (c.renewal.auto, c.schedule.ends_on) = (true, None)),
        ("/renewal/months", |c| c.renewal.months = 0),
        ("/renewal/notice_days", |c| c.renewal.notice_days = 732),
        ("/renewal/uplift/percent", |c| c.renewal.uplift = Uplift::Percent { percent: dec("101") }),
        ("/renewal/uplift/current", |c| {
            c.renewal.uplift = Uplift::Index { base: dec("100"), current: Some(dec("1020")) };
        }),
        ("/lines/0/text", |c| c.lines[0].text = " ".into()),
        ("/lines/0/until", |c| c.lines[0].until = Some(day("2025-12-31"))),
        ("/lines/0/from", |c| (c.state, c.lines[0].from) = (ContractState::Draft, day("2027-01-01"))),
        ("/lines/0/price", |c| c.lines[0].price.clear()),
        ("/lines/0/price/0/from", |c| c.lines[0].price[0].from = day("2026-01-02")),
        ("/lines/0/quantity", |c| c.lines[0].quantity.clear()),
        ("/lines/0/quantity/0/value/quantity", |c| {
            c.lines[0].quantity[0].value = Quantity::Fixed { quantity: dec("-1") };
        }),
        ("/lines/1/quantity/0/value", |c| {
            let value = Quantity::Counted { what: Counted::Contacts, product: None };
            c.lines[1].quantity = vec![Dated::new(day("2026-01-01"), value)];
        }),
        ("/lines/0/quantity/0/value/product", |c| {
            let product = Some(ProductId::from_uuid(uuid::Uuid::from_u128(1)));
            c.lines[0].quantity[0].value = Quantity::Counted { what: Counted::Devices, product };
        }),
        ("/lines/1/block", |c| c.lines[1].kind = LineKind::Block),
        ("/lines/0/price/0/value/pricing", |c| {
            let percentage = PercentagePricing {
                percent: Decimal::ONE,
                fixed: Decimal::ZERO,
                free_amount: Decimal::ZERO,
                free_transactions: 0,
                minimum: None,
                maximum: None,
            };
            let pricing = Pricing::Percentage(percentage);
            c.lines[0].price[0].value = Price { pricing, minimum: None, maximum: None };
        }),
    ];
    for (field, spoil) in cases {
        let mut contract = year();
        spoil(&mut contract);
        let found = fields(check(&contract));
        assert!(found.iter().any(|found| found == field), "{field}: {found:?}");
    }
    let mut usage = metered(1, each("1"), "2026-01-01");
    usage.timing = Timing::Advance;
    usage.quantity = vec![Dated::new(day("2026-01-01"), Quantity::Fixed { quantity: Decimal::ONE })];
    let found = fields(check(&contract(monthly("2026-01-01", None), vec![usage])));
    assert_eq!(found, ["/lines/0/timing", "/lines/0/quantity"]);
}

#[test]
fn a_proposal_is_signed_once_and_billed_from_its_start() {
    let proposal = Contract { state: ContractState::Draft, next_on: None, ..year() };
    assert!(bill(&facts(proposal.clone()), day("2026-05-01")).unwrap().drafts.is_empty(), "a proposal bills nothing");
    assert_eq!(
        fields(amend(proposal.clone(), &amendment("2026-05-01", vec![seats_to(1, "1")]), day("2026-05-01"))),
        ["contract_draft"]
    );
    let signed = activate(proposal, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!((signed.state, signed.next_on), (ContractState::Active, Some(day("2026-01-01"))));
    assert_eq!(fields(activate(signed, Timestamp::UNIX_EPOCH)), ["contract_active"]);
}

#[test]
fn amendments_are_dated_today_or_later_and_name_what_is_wrong() {
    let today = day("2026-05-10");
    let mut active = year();
    active.lines[1].until = Some(day("2026-05-01"));
    active.lines.push(line(3, LineKind::OneOff, Timing::Advance, each("1"), day("2026-02-01")));
    let cases = [
        (amendment("2026-05-09", vec![seats_to(1, "6")]), "/effective_on"),
        (amendment("2026-05-10", vec![]), "/changes"),
        (amendment("2026-05-10", vec![seats_to(9, "6")]), "/changes/0/line"),
        (amendment("2026-05-10", vec![seats_to(1, "6"), seats_to(2, "6")]), "/changes/1/line"),
        (amendment("2026-05-10", vec![seats_to(3, "6")]), "/changes/0/line"),
        (amendment("2026-05-10", vec![seats_to(1, "-6")]), "/changes/0/quantity/quantity"),
        (amendment("2027-01-01", vec![seats_to(1, "6")]), "after_the_end"),
        (amendment("2027-01-01", vec![Change::End {}]), "after_the_end"),
        (
            amendment("2026-06-01", vec![Change::Extend { until: Some(day("2026-12-31")), auto: None }]),
            "/changes/0/until",
        ),
        (amendment("2026-12-15", vec![Change::GiveNotice {}]), "notice_too_late"),
        (
            amendment("2026-06-01", vec![Change::AddLine { line: Box::new(seats(4, "1", "2026-05-31", "1")) }]),
            "/changes/0/line/from",
        ),
    ];
    for (amendment, field) in cases {
        assert_eq!(fields(amend(active.clone(), &amendment, today)), [field]);
    }
    let at_once = [
        (Change::Rename { name: " ".into() }, "/changes/0/name"),
        (Change::SetTerms { terms: PaymentTerms::NetDays { days: 366 } }, "/changes/0/terms"),
        (Change::SetRenewal { auto: true, months: 0, notice_days: 30 }, "/changes/0/months"),
        (Change::SetSla { sla: SlaChoice::None }, "/effective_on"),
    ];
    for (change, field) in at_once {
        let late = amendment("2026-05-11", vec![change.clone()]);
        assert_eq!(fields(amend(active.clone(), &late, today)), ["/effective_on"], "{field}");
        if field != "/effective_on" {
            assert_eq!(fields(amend(active.clone(), &amendment("2026-05-10", vec![change]), today)), [field]);
        }
    }
    let over = Contract { state: ContractState::Ended, ..active };
    assert_eq!(fields(amend(over, &amendment("2026-05-10", vec![seats_to(1, "6")]), today)), ["contract_ended"]);
}

#[test]
fn a_fault_of_what_an_amendment_makes_of_a_contract_is_named_in_the_amendment() {
    let today = day("2026-05-10");
    let discount = |name: &str| Discount {
        name: name.into(),
        off: Off::Percent { percent: dec("10") },
        from: day("2026-06-01"),
        term: Term::Forever {},
    };
    let added = |n: u128| seats(n, "10", "2026-06-01", "1");
    let add = |line: Line| Change::AddLine { line: Box::new(line) };
    let late = Line { until: Some(day("2026-05-01")), ..added(3) };
    let bad = discount(" ");
    let index = Uplift::Index { base: dec("0"), current: None };
    let cases = [
        (vec![Change::SetPrice { line: line_id(1), price: each("-1") }], "/changes/0/price/pricing/price"),
        (vec![seats_to(1, "6"), add(seats(3, "10", "2026-06-01", "-1"))], "/changes/1/line/quantity/0/value/quantity"),
        (vec![seats_to(1, "0.0000001")], "/changes/0/quantity/quantity"),
        (vec![add(seats(3, "10", "2026-06-01", "0.0000001"))], "/changes/0/line/quantity/quantity"),
        (vec![add(seats(3, "-10", "2026-06-01", "1"))], "/changes/0/line/price/0/value/pricing/price"),
        (vec![add(Line { price: Vec::new(), ..added(3) })], "/changes/0/line/price"),
        (vec![add(late)], "/changes/0/line/until"),
        (vec![add(added(3)), add(Line { text: " ".into(), ..added(4) })], "/changes/1/line/text"),
        (vec![add(added(3)), seats_to(3, "-1")], "/changes/1/quantity/quantity"),
        (vec![Change::AddDiscount { line: Some(line_id(2)), discount: bad.clone() }], "/changes/0/discount/name"),
        (vec![Change::AddDiscount { line: None, discount: bad }], "/changes/0/discount/name"),
        (vec![Change::SetUplift { uplift: index }], "/changes/0/uplift/base"),
    ];
    for (changes, field) in cases {
        let amendment = amendment("2026-06-01", changes);
        assert_eq!(fields(amend(year(), &amendment, today)), [field], "{:?}", amendment.changes);
    }
    let mut auto = year();
    auto.renewal.auto = true;
    let open = amendment("2026-06-01", vec![Change::Extend { until: None, auto: None }]);
    assert_eq!(fields(amend(auto, &open, today)), ["/changes/0/until"]);
    let mut many = year();
    many.lines[0].discounts = vec![discount("Less"); MOST_DISCOUNTS];
    let one_more = Change::AddDiscount { line: Some(line_id(1)), discount: discount("More") };
    assert_eq!(fields(amend(many, &amendment("2026-06-01", vec![one_more]), today)), ["/changes/0/discount"]);
}

#[test]
fn what_is_agreed_for_the_next_term_holds_in_it_and_never_bills_when_notice_is_given() {
    let today = day("2026-05-10");
    let mut active = year();
    active.renewal = Renewal { auto: true, uplift: Uplift::Percent { percent: dec("3") }, ..active.renewal };
    let agreed = |on: &str| amendment(on, vec![Change::SetPrice { line: line_id(1), price: each("11") }]);
    let prices =
        |line: &Line| line.price.iter().map(|price| (price.from.to_string(), price.value.clone())).collect::<Vec<_>>();
    let by = |dated: &[(&str, &str)]| {
        dated.iter().map(|(from, price)| ((*from).to_owned(), each(price))).collect::<Vec<_>>()
    };
    let first = ("2026-01-01", "10");
    for (on, expected) in [
        ("2027-01-01", vec![first, ("2027-01-01", "11")]),
        ("2027-05-01", vec![first, ("2027-01-01", "10.3"), ("2027-05-01", "11")]),
        ("2028-05-01", vec![first, ("2027-01-01", "10.3"), ("2028-05-01", "11")]),
    ] {
        let joins = Change::AddLine { line: Box::new(seats(3, "50", on, "1")) };
        let after = amend(active.clone(), &agreed(on), today).unwrap();
        let after = amend(after, &amendment(on, vec![joins]), today).unwrap();
        let later = renewed(after.clone(), day("2027-01-01"));
        assert_eq!(prices(&later.lines[0]), by(&expected), "{on}");
        assert_eq!(prices(&later.lines[1])[1..], by(&[("2027-01-01", "102.9897")]), "the others rise");
        assert_eq!(prices(&later.lines[2]), by(&[(on, "50")]), "what joins is as it was agreed");
        let noticed = amend(after, &amendment("2026-06-01", vec![Change::GiveNotice {}]), today).unwrap();
        let billing = billed(&facts(noticed.clone()), "2029-01-01");
        let served = billing.drafts.iter().flat_map(|draft| &draft.lines).filter_map(|line| line.service);
        assert_eq!(served.map(|service| service.to).max(), Some(day("2027-01-01")), "{on}");
        assert_eq!(billing.after.contract.state, ContractState::Ended);
        assert_eq!(fields(amend(noticed, &agreed(on), today)), ["after_the_end"], "{on}");
        assert_eq!(fields(amend(active.clone(), &amendment(on, vec![Change::End {}]), today)), ["after_the_end"]);
    }
    // The next term has one bucket at a time too.
    let terms =
        |minutes| BucketTerms { minutes, rollover: Rollover::None {}, overage_per_hour: None, work_types: vec![] };
    let bucket = Some(terms(600));
    active.lines[1].bucket.clone_from(&bucket);
    let second = Line { bucket, ..fixed(3, Timing::Advance, "50", "2027-02-01") };
    let joins = amendment("2027-02-01", vec![Change::AddLine { line: Box::new(second) }]);
    assert_eq!(fields(amend(active.clone(), &joins, today)), ["/changes/0/line/bucket"]);
    let ends = amendment("2027-02-01", vec![Change::EndLine { line: line_id(2) }]);
    amend(amend(active, &ends, today).unwrap(), &joins, today).unwrap();
}

#[test]
fn an_uplift_holds_from_the_next_renewal_on_and_has_no_date_after_it() {
    let mut active = year();
    active.renewal = Renewal { auto: true, uplift: Uplift::Percent { percent: dec("3") }, ..active.renewal };
    let double = |on: &str| {
        let change = Change::SetUplift { uplift: Uplift::Percent { percent: dec("100") } };
        amend(active.clone(), &amendment(on, vec![change]), day("2026-05-10"))
    };
    for on in ["2026-05-10", "2026-12-20", "2027-01-01"] {
        let later = renewed(double(on).unwrap(), day("2027-01-01"));
        assert_eq!(later.lines[0].price.last().unwrap().value, each("20"), "{on}");
    }
    for on in ["2027-01-02", "2028-01-01"] {
        assert_eq!(fields(double(on)), ["after_the_end"], "{on}");
    }
}

#[test]
fn name_terms_sla_and_renewal_of_a_signed_contract_change_from_today_on_and_nothing_else_of_it() {
    let today = day("2026-05-10");
    let mut before = year();
    before.renewal = Renewal {
        uplift: Uplift::Percent { percent: dec("3") },
        notice_given: Some(day("2026-05-01")),
        ..before.renewal
    };
    let changes = vec![
        Change::Rename { name: " Everything ".into() },
        Change::SetTerms { terms: PaymentTerms::NetDays { days: 60 } },
        Change::SetSla { sla: SlaChoice::None },
        Change::SetRenewal { auto: true, months: 24, notice_days: 90 },
    ];
    let after = amend(before.clone(), &amendment("2026-05-10", changes), today).unwrap();
    assert_eq!(after.name, "Everything");
    let renewal = Renewal { auto: true, months: 24, notice_days: 90, ..before.renewal };
    let expected = Contract {
        name: after.name.clone(),
        terms: PaymentTerms::NetDays { days: 60 },
        sla: SlaChoice::None,
        renewal,
        updated_at: after.updated_at,
        ..before
    };
    assert_eq!(after, expected);
}

#[test]
fn taxes_by_which_no_line_can_be_taxed_are_named_where_they_are() {
    let tax = |(code, compound, inclusive): (&str, bool, bool)| Tax {
        code: code.parse().unwrap(),
        name: code.into(),
        percent: vec![Dated::new(day("2020-01-01"), dec("19"))],
        compound,
        inclusive,
    };
    let on_top = [("vat", false, false), ("one", true, false), ("two", true, false), ("three", true, false)];
    let taxes: Vec<Tax> = on_top.into_iter().chain([("in", false, true)]).map(tax).collect();
    let settings = BillingSettings { taxes: taxes.clone(), ..BillingSettings::default() };
    let found = |result: Result<(), Refusal>, at: &str| match result {
        Ok(()) => Vec::new(),
        Err(Refusal::Invalid(faults)) => {
            let named = |field: &str, code: &str| Some(format!("{} {code}", field.strip_prefix(at)?));
            let mut found: Vec<String> = faults.iter().filter_map(|fault| named(&fault.field, fault.code)).collect();
            found.sort_unstable();
            found
        }
        Err(other) => panic!("{other}"),
    };
    for (codes, faults) in [
        (vec![], vec![]),
        (vec!["vat"], vec![]),
        (vec!["in"], vec![]),
        (vec!["vat", "one", "two"], vec![]),
        (vec!["vat19"], vec!["0 unknown"]),
        (vec!["vat", "vat"], vec!["1 duplicate"]),
        (vec!["in", "vat"], vec!["1 taxes_mixed"]),
        (vec!["nope", "nope", "vat", "in"], vec!["0 unknown", "1 duplicate", "1 unknown", "3 taxes_mixed"]),
        (vec!["one", "two", "three"], vec!["2 too_many"]),
    ] {
        let codes: Vec<TaxCode> = codes.into_iter().map(|code| code.parse().unwrap()).collect();
        let line = Line { taxes: codes.clone(), ..seats(4, "1", "2026-06-01", "1") };
        let changes = vec![
            Change::AddLine { line: Box::new(line.clone()) },
            Change::SetTaxes { line: line_id(1), taxes: codes.clone() },
        ];
        let amended = || check_amended_taxes(&amendment("2026-06-01", changes.clone()), &settings);
        assert_eq!(found(check_taxes(&[line], &settings), "/lines/0/taxes/"), faults, "{codes:?}");
        assert_eq!(found(amended(), "/changes/0/line/taxes/"), faults, "{codes:?}");
        assert_eq!(found(amended(), "/changes/1/taxes/"), faults, "{codes:?}");
        assert_eq!(settings.can_tax(&codes), faults.is_empty(), "{codes:?}");
        // What is taken is what an invoice can reckon.
        let line = Taxable { amount: eur(10_000), taxes: codes, on: day("2026-06-01") };
        let reckoned = reckon(&[line], &taxes, &[], iso_currency::Currency::EUR, TaxRounding::PerLine);
        assert_eq!(reckoned.is_ok(), faults.is_empty(), "{reckoned:?}");
    }
}

#[test]
fn a_line_has_other_taxes_until_it_is_billed_for_the_first_time() {
    let vat = || -> Vec<TaxCode> { vec!["vat".parse().unwrap()] };
    let set = |line| Change::SetTaxes { line: line_id(line), taxes: vat() };
    let today = day("2026-01-20");
    let amended = |facts: &Facts, change| {
        amend_billed(facts.contract.clone(), &facts.book, &amendment("2026-01-20", vec![change]), today)
    };
    let mut facts = facts(year());
    facts.contract = amended(&facts, set(1)).unwrap();
    facts = bill(&facts, today).unwrap().after;
    assert_eq!(facts.contract.lines[0].taxes, vat());
    assert_eq!(fields(amended(&facts, set(1))), ["line_billed"]);
    assert_eq!(amended(&facts, set(2)).unwrap().lines[1].taxes, vat(), "in arrears: nothing of it was billed");
    assert_eq!(fields(amended(&facts, set(9))), ["/changes/0/line"]);
}

#[test]
fn a_contract_that_has_not_begun_is_called_off_and_nothing_of_it_is_billed() {
    let lines = || {
        let mut later = seats(3, "10", "2026-04-01", "5");
        later.taxes = vec!["vat".parse().unwrap()];
        let mut once = line(4, LineKind::OneOff, Timing::Advance, each("500"), day("2026-02-10"));
        once.quantity.clear();
        vec![fixed(1, Timing::Advance, "50", "2026-02-10"), metered(2, each("1"), "2026-02-10"), later, once]
    };
    let today = day("2026-01-31");
    for ends_on in [None, Some("2027-02-10")] {
        for on in ["2026-01-31", "2026-02-05", "2026-02-10"] {
            let mut signed = facts(contract(monthly("2026-02-10", ends_on), lines()));
            signed.contract.renewal.auto = ends_on.is_some();
            let end = amendment(on, vec![Change::End {}]);
            let off = amend_billed(signed.contract.clone(), &signed.book, &end, today).unwrap();
            assert!(off.is_called_off() && !off.is_in_force(today), "{on}");
            assert_eq!((off.state, off.next_on), (ContractState::Active, Some(day("2026-02-10"))));
            let billing = bill(&Facts { contract: off.clone(), ..signed.clone() }, day("2026-06-01")).unwrap();
            assert_eq!((billing.drafts.len(), billing.after.contract.state), (0, ContractState::Ended));
            // What was charged under it is billed all the same.
            let charged = Facts { contract: off.clone(), charges: vec![charge(1, "2026-02-01", "1", "30")], ..signed };
            let billing = bill(&charged, day("2026-06-01")).unwrap();
            assert_eq!(billing.drafts.iter().map(story).collect::<Vec<_>>(), [["2026-02-10", "charge 3000"]]);
            assert_eq!(billing.after.contract.state, ContractState::Ended);
            // And it can be taken back.
            let extend = amendment("2026-01-31", vec![Change::Extend { until: Some(day("2027-02-10")), auto: None }]);
            let on_again = amend(off, &extend, today).unwrap();
            assert_eq!(bill(&facts(on_again), day("2026-02-10")).unwrap().drafts.len(), 1);
        }
    }
    // What is wrong with the amendment itself is still found.
    let signed = contract(monthly("2026-02-10", None), lines());
    let wrong = amendment("2026-01-31", vec![seats_to(3, "-1"), Change::End {}]);
    assert_eq!(fields(amend(signed, &wrong, today)), ["/changes/0/quantity/quantity"]);
}

#[test]
fn what_was_ended_and_is_extended_renews_by_itself_only_when_the_extension_says_so() {
    let today = day("2026-05-10");
    let renewal = Renewal { auto: true, months: 6, notice_days: 20, ..year().renewal };
    for ended in [true, false] {
        let mut active = Contract { renewal, ..year() };
        if ended {
            active = amend(active, &amendment("2026-06-01", vec![Change::End {}]), today).unwrap();
        }
        for (auto, renews) in [(None, !ended), (Some(true), true), (Some(false), false)] {
            // The day of the extension does not matter: it is of the end.
            for on in ["2026-05-10", "2026-05-20"] {
                let extend = Change::Extend { until: Some(day("2027-07-01")), auto };
                let after = amend(active.clone(), &amendment(on, vec![extend]), today).unwrap();
                assert_eq!(after.schedule.ends_on, Some(day("2027-07-01")));
                assert_eq!(after.renewal, Renewal { auto: renews, ..renewal }, "ended: {ended}, {auto:?}");
                let later = renewed(after, day("2027-06-12")).schedule.ends_on;
                assert_eq!(later, Some(day(if renews { "2028-01-01" } else { "2027-07-01" })));
            }
        }
        let endless = Change::Extend { until: None, auto: Some(true) };
        let refused = amend(active.clone(), &amendment("2026-05-10", vec![endless]), today);
        assert_eq!(fields(refused), ["/changes/0/until"]);
        let endless = Change::Extend { until: None, auto: Some(false) };
        assert_eq!(amend(active, &amendment("2026-05-10", vec![endless]), today).unwrap().schedule.ends_on, None);
    }
    let notice = amendment("2026-05-10", vec![Change::GiveNotice {}]);
    let noticed = amend(Contract { renewal, ..year() }, &notice, today).unwrap();
    assert!(noticed.renewal.notice_given.is_some());
    let extend = Change::Extend { until: Some(day("2027-07-01")), auto: Some(true) };
    let after = amend(noticed, &amendment("2026-05-10", vec![extend]), today).unwrap();
    assert_eq!(after.renewal, renewal, "notice is taken back with it");
    // What was agreed before an extension could say so still reads as it was.
    let kept: Change = serde_json::from_str(r#"{ "kind": "extend", "until": "2027-07-01" }"#).unwrap();
    assert_eq!(kept, Change::Extend { until: Some(day("2027-07-01")), auto: None });
}

#[test]
fn a_contract_ends_before_a_line_of_it_begins_and_takes_no_line_after_its_end() {
    let lines = vec![fixed(1, Timing::Advance, "50", "2026-01-01"), fixed(2, Timing::Advance, "70", "2026-06-01")];
    let active = bill(&facts(contract(monthly("2026-01-01", None), lines)), day("2026-02-01")).unwrap().after;
    let end = amendment("2026-03-01", vec![Change::End {}]);
    let ended = amend(active.contract.clone(), &end, day("2026-02-10")).unwrap();
    let billing = bill(&Facts { contract: ended.clone(), ..active }, day("2026-12-01")).unwrap();
    assert_eq!((billing.drafts.len(), billing.after.contract.state), (0, ContractState::Ended));
    let late = Change::AddLine { line: Box::new(seats(4, "1", "2026-03-01", "1")) };
    assert_eq!(fields(amend(ended, &amendment("2026-02-10", vec![late]), day("2026-02-10"))), ["/changes/0/line/from"]);
}

#[test]
fn values_are_kept_by_date_and_one_of_the_same_date_is_replaced() {
    let today = day("2026-02-01");
    let quantities = |contract: &Contract| {
        let value = |dated: &Dated<Quantity>| match dated.value {
            Quantity::Fixed { quantity } => (dated.from.to_string(), quantity.to_string()),
            Quantity::Counted { .. } => unreachable!(),
        };
        contract.lines[0].quantity.iter().map(value).collect::<Vec<_>>()
    };
    let mut active = year();
    for (on, quantity) in [("2026-06-01", "9"), ("2026-03-01", "7"), ("2026-06-01", "8")] {
        active = amend(active, &amendment(on, vec![seats_to(1, quantity)]), today).unwrap();
    }
    let expected = [("2026-01-01", "5"), ("2026-03-01", "7"), ("2026-06-01", "8")];
    assert_eq!(quantities(&active), expected.map(|(on, quantity)| (on.to_owned(), quantity.to_owned())));
}

#[test]
fn what_was_followed_and_counted_before_products_were_is_still_read_and_written_as_it_was() {
    let all = serde_json::json!({ "kind": "counted", "what": "active_licences" });
    let quantity: Quantity = serde_json::from_value(all.clone()).unwrap();
    assert_eq!(quantity.follows(), Some(Counted::ActiveLicences.into()));
    assert_eq!(serde_json::to_value(quantity).unwrap(), all);
    let stored = serde_json::json!({ "what": "active_licences", "from": "2026-02-01", "quantity": "7" });
    let count: domain::billing::bill::Count = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!((count.of(), serde_json::to_value(count).unwrap()), (Counted::ActiveLicences.into(), stored));
}

#[test]
fn a_contract_travels_and_refuses_fields_that_it_does_not_know() {
    let mut active = year();
    active.renewal.uplift = Uplift::Percent { percent: dec("2.5") };
    let json = serde_json::to_value(&active).unwrap();
    assert_eq!(serde_json::from_value::<Contract>(json.clone()).unwrap(), active);
    for at in ["", "/renewal", "/renewal/uplift", "/lines/0", "/lines/0/quantity/0/value", "/schedule"] {
        let mut spoiled = json.clone();
        spoiled.pointer_mut(at).unwrap()["surprise"] = true.into();
        assert!(serde_json::from_value::<Contract>(spoiled).is_err(), "{at}");
    }
}
