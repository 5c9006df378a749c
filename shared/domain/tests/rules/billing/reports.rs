//! What owners look at: receivables by age, recurring revenue and its movements, revenue by month, margins and prices.

use std::collections::BTreeMap;

use crate::common::contracts::*;
use crate::common::reported::*;
use domain::billing::contract::*;
use domain::billing::cycle::{Alignment, Cycle, Period, Schedule};
use domain::billing::dated::Dated;
use domain::billing::lines::Origin;
use domain::billing::payments::{Allocation, Method, Payment, PaymentState};
use domain::billing::reports::*;
use domain::billing::work::TimeEntry;
use domain::{ClientId, ContractId, InvoiceId, Money, PaymentId, UserId, Zone};
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use uuid::Uuid;

const TODAY: Date = date(2026, 6, 15);

#[test]
fn what_is_due_today_is_not_late_and_the_bounds_are_the_fields() {
    let cases =
        [(0, Age::NotDue), (-3, Age::NotDue), (1, Age::To30), (30, Age::To30), (31, Age::To60), (60, Age::To60)];
    for (late, age) in cases.into_iter().chain([(61, Age::To90), (90, Age::To90), (91, Age::Over90)]) {
        assert_eq!(Age::of(TODAY - late.days(), TODAY), age, "{late} days late");
    }
}

#[test]
fn days_of_sales_are_receivables_by_sales_times_days() {
    assert_eq!(days_sales_outstanding(eur(50_000), eur(200_000), 365), Ok(Some(dec("91.3"))));
    assert_eq!(days_sales_outstanding(eur(50_000), eur(0), 30), Ok(None));
    assert!(days_sales_outstanding(eur(1), Money::new(1, Currency::USD), 30).is_err());
}

#[test]
fn a_large_amount_that_is_late_outweighs_a_small_one_that_is_not() {
    let invoices = [owed(1, 1, Currency::EUR, 90_000, TODAY), owed(2, 1, Currency::EUR, 10_000, TODAY)];
    let allocation = |n: usize, minor| Allocation { invoice: invoices[n].id, amount: eur(minor) };
    let payment = |received_on, allocations| Payment {
        id: PaymentId::from_uuid(Uuid::from_u128(1)),
        client: invoices[0].client,
        method: Method::BankTransfer {},
        amount: eur(100_000),
        received_on,
        allocations,
        kept: eur(0),
        taken_back: eur(0),
        refunded: eur(0),
        refunds: 0,
        state: PaymentState::Received,
        reference: None,
        provider_key: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    let mut sum = paid(&payment(TODAY + 20.days(), vec![allocation(0, 90_000)]), &invoices);
    sum += paid(&payment(TODAY - 10.days(), vec![allocation(1, 10_000)]), &invoices);
    assert_eq!((sum.days(), sum.late, sum.times), (Some(dec("17")), 1, 2));
    assert_eq!(sum.amount(Currency::EUR), eur(100_000));
    assert_eq!(Paid::default().days(), None);
}

#[test]
fn a_year_s_price_comes_to_a_twelfth_a_month_with_what_is_left_over_named() {
    let yearly = |cycle| Schedule { cycle, ..monthly("2026-01-01", None) };
    let of = |cycle| {
        recurring(&contract(yearly(cycle), vec![fixed(1, Timing::Advance, "100", "2026-01-01")]), &[], UNTAXED, TODAY)
    };
    let cases = [
        (Cycle::Annual, 10_000, 833, 4),
        (Cycle::SemiAnnual, 20_000, 1_667, -4),
        (Cycle::Quarterly, 40_000, 3_333, 4),
        (Cycle::Monthly, 120_000, 10_000, 0),
        (Cycle::Weekly, 520_000, 43_333, 4),
    ];
    for (cycle, annual, monthly, remainder) in cases {
        let (annual, monthly, remainder) = (eur(annual), eur(monthly), eur(remainder));
        assert_eq!(of(cycle), Ok(Recurring { annual, monthly, remainder }), "{cycle:?}");
    }
}

#[test]
fn seats_that_come_and_go_expand_and_contract_and_the_end_is_churn() {
    let mut line = seats(1, "10", "2026-01-01", "5");
    line.quantity.push(Dated::new(day("2026-03-10"), Quantity::Fixed { quantity: dec("8") }));
    line.quantity.push(Dated::new(day("2026-04-01"), Quantity::Fixed { quantity: dec("2") }));
    let contract = contract(monthly("2026-01-01", Some("2026-06-15")), vec![line]);
    let steps = steps(&contract, &[], UNTAXED, &[], month("2025-12"), month("2026-12")).unwrap();
    let rows = recurring_months(&movements([&steps[..]]), Currency::EUR, month("2026-01"), month("2026-07"));
    let minor = |row: &RecurringMonth| {
        [row.opening, row.new, row.expansion, row.contraction, row.churn, row.closing].map(Money::minor)
    };
    assert_eq!(minor(&rows[0]), [0, 5_000, 0, 0, 0, 5_000]);
    assert_eq!(minor(&rows[1]), [5_000, 0, 0, 0, 0, 5_000]);
    assert_eq!(minor(&rows[2]), [5_000, 0, 3_000, 0, 0, 8_000]);
    assert_eq!(minor(&rows[3]), [8_000, 0, 0, 6_000, 0, 2_000]);
    assert_eq!(minor(&rows[5]), [2_000, 0, 0, 0, 2_000, 0]);
    assert_eq!(minor(&rows[6]), [0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_second_contract_of_a_client_is_expansion_and_the_first_to_end_no_churn() {
    let first = [Step { from: month("2026-01"), monthly: 100 }, Step { from: month("2026-05"), monthly: 0 }];
    let second = [Step { from: month("2026-03"), monthly: 50 }];
    let months = movements([&first[..], &second[..]]);
    assert_eq!(months[&month("2026-03")], Movement { expansion: 50, ..Movement::default() });
    assert_eq!(months[&month("2026-05")], Movement { contraction: 100, ..Movement::default() });
}

#[test]
fn a_contract_that_renews_goes_on_after_its_term_and_one_under_notice_does_not() {
    let mut contract =
        contract(monthly("2026-01-01", Some("2027-01-01")), vec![fixed(1, Timing::Advance, "100", "2026-01-01")]);
    contract.renewal.auto = true;
    assert_eq!(recurring(&contract, &[], UNTAXED, date(2027, 3, 31)).unwrap().monthly, eur(10_000));
    contract.renewal.notice_given = Some(TODAY);
    assert_eq!(recurring(&contract, &[], UNTAXED, date(2027, 3, 31)).unwrap().monthly, eur(0));
    contract.state = ContractState::Draft;
    assert_eq!(recurring(&contract, &[], UNTAXED, TODAY).unwrap().monthly, eur(0));
}

#[test]
fn what_is_noted_of_earlier_months_stays_when_a_contract_is_looked_at_again() {
    let contract = contract(monthly("2026-01-01", None), vec![fixed(1, Timing::Advance, "100", "2026-01-01")]);
    let noted = [Step { from: month("2025-02"), monthly: 7_000 }];
    let steps = steps(&contract, &[], UNTAXED, &noted, month("2026-04"), month("2026-12")).unwrap();
    assert_eq!(steps, [noted[0], Step { from: month("2026-04"), monthly: 10_000 }]);
}

#[test]
fn a_line_for_days_is_earned_in_their_months_and_a_credit_takes_it_back_there() {
    let contract = ContractId::from_uuid(Uuid::from_u128(7));
    let origin = Origin::ContractLine { contract, line: line_id(1) };
    let quarter = Period { from: date(2026, 1, 16), to: date(2026, 4, 16) };
    let lines = [sold(1, origin, 9_000, Some(quarter)), sold(2, Origin::Manual {}, 500, None)];
    let cells = revenue(&lines, date(2026, 2, 3));
    let cell = |month: &str, contract, service| Cell { month: month.parse().unwrap(), contract, service };
    let agreed = |month| cell(month, Some(contract), Service::Agreed);
    assert_eq!(
        cells,
        BTreeMap::from([
            (agreed("2026-01"), 1_600),
            (agreed("2026-02"), 2_800),
            (agreed("2026-03"), 3_100),
            (agreed("2026-04"), 1_500),
            (cell("2026-02", None, Service::Manual), 500),
        ])
    );
    let invoice = InvoiceId::from_uuid(Uuid::from_u128(1));
    let note = [
        sold(1, Origin::Credit { invoice, line: Some(1) }, 9_000, Some(quarter)),
        sold(2, Origin::Credit { invoice, line: None }, 50, None),
    ];
    let back = revenue(&as_corrected(note.to_vec(), &lines), date(2026, 5, 1));
    assert_eq!(back[&agreed("2026-03")], 3_100);
    assert_eq!(back[&cell("2026-05", None, Service::Credit)], 50);
}

#[test]
fn what_comes_after_the_term_is_likely_and_not_certain() {
    let mut contract =
        contract(monthly("2026-07-01", Some("2026-09-01")), vec![fixed(1, Timing::Advance, "100", "2026-07-01")]);
    contract.renewal.auto = true;
    contract.renewal.uplift = Uplift::Percent { percent: dec("10") };
    let until = month("2026-10");
    let found = expected(&facts(contract.clone()), UNTAXED, until).unwrap();
    let minor = |of: &[(&str, i64)]| of.iter().map(|(text, minor)| (month(text), *minor)).collect::<BTreeMap<_, _>>();
    assert_eq!(found.certain, minor(&[("2026-07", 10_000), ("2026-08", 10_000)]));
    assert_eq!(found.likely, minor(&[("2026-09", 11_000), ("2026-10", 11_000)]));
    contract.renewal.auto = false;
    assert!(expected(&facts(contract.clone()), UNTAXED, until).unwrap().likely.is_empty());
    contract.state = ContractState::Draft;
    assert_eq!(expected(&facts(contract), UNTAXED, until).unwrap(), Expected::default());
}

#[test]
fn a_flat_series_stays_flat_a_rising_one_rises_less_and_less_and_two_months_have_no_trend() {
    let series = |minors: &[i64]| minors.iter().map(|minor| eur(*minor)).collect::<Vec<_>>();
    let flat = trend(&series(&[5_000; 6]), 3).unwrap().unwrap();
    assert_eq!((flat.months, flat.ahead), (6, series(&[5_000; 3])));
    let rising = trend(&series(&[1_000, 2_000, 3_000, 4_000, 5_000, 6_000]), 4).unwrap().unwrap().ahead;
    let steps: Vec<i64> = rising.windows(2).map(|pair| pair[1].minor() - pair[0].minor()).collect();
    assert!(steps.iter().all(|step| *step > 0) && steps.windows(2).all(|pair| pair[1] < pair[0]), "{rising:?}");
    assert_eq!(trend(&series(&[1, 2]), 3), Ok(None));
    assert_eq!(trend(&series(&[9; 40]), 1).unwrap().unwrap().months, MOST_PAST);
    assert!(trend(&[eur(1), eur(1), Money::zero(Currency::USD)], 3).is_err());
}

#[test]
fn an_hour_without_a_rate_is_counted_and_never_free() {
    let rates = [
        CostRate { person: None, role: None, per_hour: vec![Dated::new(day("2026-03-01"), dec("40"))] },
        CostRate {
            person: Some(UserId::from_uuid(Uuid::from_u128(2))),
            role: None,
            per_hour: vec![Dated::new(day("2026-01-01"), dec("60")), Dated::new(day("2026-04-01"), dec("66"))],
        },
    ];
    let zone: Zone = "UTC".parse().unwrap();
    let cost = |entries: &[TimeEntry]| {
        let mut cost = Cost::default();
        entries.iter().for_each(|entry| cost.add(entry, &rates, &zone).unwrap());
        cost
    };
    let known = cost(&[entry(1, 1, 30, "2026-03-01"), entry(2, 2, 60, "2026-03-31"), entry(3, 2, 10, "2026-04-01")]);
    let left = margin(&[eur(10_000)], known, Currency::EUR).unwrap();
    assert_eq!((left.cost, left.margin, left.minutes), (eur(2_000 + 6_000 + 1_100), Ok(eur(900)), 100));
    let unknown = cost(&[entry(1, 1, 45, "2026-02-28"), entry(2, 2, 60, "2026-03-31")]);
    let left = margin(&[eur(10_000)], unknown, Currency::EUR).unwrap();
    assert_eq!((left.cost, left.margin), (eur(6_000), Err(NoMargin::CostRate)));
    assert_eq!((left.minutes_without_rate, left.entries_without_rate), (45, 1));
}

#[test]
fn a_margin_is_of_one_currency_and_otherwise_there_is_none() {
    let dollars = Money::new(100_000, Currency::USD);
    let rates = [CostRate { person: None, role: None, per_hour: vec![Dated::new(day("2026-01-01"), dec("50"))] }];
    let mut two_hours = Cost::default();
    two_hours.add(&entry(1, 1, 120, "2026-03-01"), &rates, &"UTC".parse().unwrap()).unwrap();
    let no_work = Cost::default();
    let cases = [
        (vec![], two_hours, Ok(eur(-10_000))),
        (vec![eur(30_000)], two_hours, Ok(eur(20_000))),
        (vec![dollars], two_hours, Err(NoMargin::Currencies)),
        (vec![dollars, eur(10_000)], two_hours, Err(NoMargin::Currencies)),
        (vec![dollars, eur(10_000)], no_work, Err(NoMargin::Currencies)),
        (vec![dollars], no_work, Ok(dollars)),
        (vec![dollars, dollars], no_work, Ok(Money::new(200_000, Currency::USD))),
    ];
    for (earned, cost, left) in cases {
        assert_eq!(margin(&earned, cost, Currency::EUR).unwrap().margin, left, "{earned:?}");
    }
}

#[test]
fn work_that_names_no_contract_counts_under_the_only_one_that_it_can_be_for() {
    let client = ClientId::from_uuid(Uuid::from_u128(1));
    let id = |n| ContractId::from_uuid(Uuid::from_u128(n));
    let of = |n, schedule: Schedule| Contract { id: id(n), client, ..contract(schedule, vec![]) };
    let zone: Zone = "UTC".parse().unwrap();
    let priced = Priced { currency: Currency::EUR, zone: &zone, today: TODAY };
    let next = |contract, on| Contract { next_on: Some(on), ..contract };
    let care = next(of(1, monthly("2026-01-01", None)), date(2026, 7, 1));
    let second = next(of(2, monthly("2026-05-01", None)), date(2026, 7, 1));
    let dollars = Contract { currency: Currency::USD, ..second.clone() };
    let draft = Contract { state: ContractState::Draft, next_on: None, ..second.clone() };
    let yearly = Schedule { cycle: Cycle::Annual, ..monthly("2026-01-01", None) };
    let yearly = next(of(3, yearly), date(2027, 1, 1));
    let account = open_account(id(4), (client, Currency::EUR), care.terms, date(2026, 3, 1), Timestamp::UNIX_EPOCH);
    let awake = Contract { state: ContractState::Active, ..next(account.clone(), date(2026, 7, 1)) };
    let over =
        Contract { state: ContractState::Ended, next_on: None, ..of(5, monthly("2025-01-01", Some("2026-01-01"))) };
    let strange = Contract { client: ClientId::from_uuid(Uuid::from_u128(2)), ..second.clone() };

    let open = |on: &str| entry(1, 1, 60, on);
    let unpaid = |on: &str| TimeEntry { billable: false, ..open(on) };
    let cases: [(&str, TimeEntry, Vec<&Contract>, Option<u128>); 16] = [
        ("its only contract bills it", open("2026-06-01"), vec![&care], Some(1)),
        ("also work from before it", open("2025-06-01"), vec![&care, &strange], Some(1)),
        ("nobody knows which of two", open("2026-06-01"), vec![&care, &second], None),
        ("one in another currency does not bill it", open("2026-06-01"), vec![&care, &dollars], Some(1)),
        ("nor does a proposal", open("2026-06-01"), vec![&care, &draft], Some(1)),
        ("nor one that is over", open("2025-06-01"), vec![&care, &over], Some(1)),
        ("nor an open account beside a monthly one", open("2026-06-01"), vec![&care, &awake], Some(1)),
        ("beside a yearly one it may", open("2026-06-01"), vec![&yearly, &awake], None),
        ("and not while it sleeps", open("2026-06-01"), vec![&yearly, &account], Some(3)),
        ("alone it does", open("2026-06-01"), vec![&awake], Some(4)),
        ("without a contract nobody does", open("2026-06-01"), vec![], None),
        ("what is never billed is of the one that ran", unpaid("2026-06-01"), vec![&care, &over], Some(1)),
        ("on its day", unpaid("2025-06-01"), vec![&care, &over, &awake], Some(5)),
        ("in any currency", unpaid("2026-06-01"), vec![&dollars], Some(2)),
        ("and not of one of two", unpaid("2026-06-01"), vec![&care, &dollars], None),
        ("nor of what is only signed later", unpaid("2024-06-01"), vec![&care, &over], None),
    ];
    for (why, work, contracts, expected) in cases {
        let contracts: Vec<Contract> = contracts.into_iter().cloned().collect();
        assert_eq!(counts_under(&work, &contracts, priced), expected.map(id), "{why}");
    }
    let named = TimeEntry { contract: Some(id(2)), ..open("2026-06-01") };
    assert_eq!(counts_under(&named, std::slice::from_ref(&care), priced), Some(id(2)));
    let billed = TimeEntry { billed_under: Some(id(9)), ..named };
    assert_eq!(counts_under(&billed, &[care], priced), Some(id(9)));
}

#[test]
fn lines_below_the_list_or_below_cost_are_named_with_what_they_lack() {
    let named = |mut line: Line, text: &str| {
        line.text = text.into();
        line
    };
    let lines = vec![
        named(seats(1, "27", "2026-01-01", "10"), "Managed workplace"),
        named(seats(2, "6", "2026-01-01", "10"), "Backup"),
        named(seats(3, "1", "2026-01-01", "10"), "Something else"),
        named(seats(4, "100", "2026-01-01", "1"), "Server"),
    ];
    let schedule =
        Schedule { cycle: Cycle::Quarterly, alignment: Alignment::Anniversary, ..monthly("2026-01-01", None) };
    let dated = |value: &str| vec![Dated::new(day("2026-01-01"), dec(value))];
    let listed = |name: &str, price, cost: Option<&str>| ListPrice {
        name: name.into(),
        price: dated(price),
        cost: cost.map_or_else(Vec::new, dated),
    };
    let prices = vec![
        listed("managed workplace ", "10", Some("9.50")),
        listed("Backup", "2", None),
        listed("Server", "30", None),
    ];
    let book = PriceBook::new(Currency::EUR)
        .change(PriceBookChanges { prices: Some(prices), costs: None }, Timestamp::UNIX_EPOCH)
        .unwrap();
    let contract = contract(schedule, lines);
    let found = revisions(&contract, &[], &book, UNTAXED, TODAY).unwrap();
    assert_eq!((found.unlisted, found.without_cost, found.lines.len()), (1, 2, 1));
    let Revision { text, agreed, below_list, below_cost, .. } = &found.lines[0];
    assert_eq!(
        (text.as_str(), *agreed, *below_list, *below_cost),
        ("Managed workplace", eur(9_000), eur(1_000), eur(500))
    );
    let other = PriceBook { currency: Currency::USD, ..book.clone() };
    assert_eq!(revisions(&contract, &[], &other, UNTAXED, TODAY).unwrap().unlisted, 4);
    let twice = vec![listed("Backup", "1", None), listed("backup", "2", None)];
    assert!(book.change(PriceBookChanges { prices: Some(twice), costs: None }, Timestamp::UNIX_EPOCH).is_err());
}

#[test]
fn a_month_has_one_spelling() {
    assert_eq!(month("2026-03").to_string(), "2026-03");
    assert_eq!(month("2026-12").next(), month("2027-01"));
    assert_eq!(month("2026-03").since(month("2025-12")), 3);
    for wrong in ["2026-3", "2026-13", "2026-00", "1969-12", "26-03", "2026-03-01", "+026-03"] {
        assert!(wrong.parse::<Month>().is_err(), "{wrong}");
    }
}
