//! What budgets are held against: sums that move with the days of series, and licences by their terms.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::cycle::{Cycle, Period};
use domain::billing::dated::Dated;
use domain::billing::reports::Month;
use domain::budgets::{
    Budget, Carriers, CentreShare, ChargebackRules, Cost, DaysByUnit, LicenceRule, MOST_PRODUCTS, Scope, SourceRule,
    Spent, UseByMonth, Weighted, by_centre, by_month, by_seats, by_split, by_use, carried, evenly, fixed, is_fixed,
    is_spent, months_of_use, moved, seat_price, spent_within, sums, together, told_by,
};
use domain::cost_centres::CostCode;
use domain::ids::{BudgetId, ClientId, ContactId, LicenceId, ProductId, UnitId};
use domain::insights::costs::{DayCost, Days};
use domain::licences::findings::{Cost as Priced, Licence as Facts, yearly};
use domain::licences::licence::Share;
use domain::licences::{Holder, Licence, LicenceKind, NewLicence, Seat, Span, Term, licence};
use domain::money::Money;
use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::Date;
use proptest::prelude::*;

use crate::common::{at, uuid};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn unit(n: u128) -> UnitId {
    UnitId::from_uuid(uuid(n))
}

fn contact(n: u128) -> ContactId {
    ContactId::from_uuid(uuid(n))
}

fn within(from: &str, to: &str) -> Period {
    Period::new(day(from), day(to)).unwrap()
}

fn weights(of: &[(u128, u64)]) -> Vec<Weighted> {
    of.iter().map(|(n, weight)| Weighted { unit: Some(unit(*n)), weight: *weight }).collect()
}

/// Seats from a day on at a cost in a cycle, which renew by themselves and which no contract bills.
fn licensed(seats: u32, cost: i64, cycle: Cycle, starts_on: Date) -> Licence {
    let term = Term {
        starts_on,
        renews_on: Some(starts_on.saturating_add(1.year())),
        anchor: None,
        months: 12,
        expires_on: None,
        terminates_on: None,
        notice_days: 30,
        auto_renew: true,
        lead_days: Vec::new(),
    };
    let new = NewLicence {
        client: ClientId::from_uuid(uuid(1)),
        product: ProductId::from_uuid(uuid(2)),
        name: "Office Premium".into(),
        edition: None,
        kind: LicenceKind::Subscription,
        currency: Currency::EUR,
        seats: Some(seats),
        seat_history: Vec::new(),
        cost_per_seat: Some(eur(cost)),
        cost_history: Vec::new(),
        price_per_seat: None,
        price_history: Vec::new(),
        cycle,
        term,
        owner: None,
        split: Vec::new(),
        documents: Vec::new(),
        counted: false,
        spare_seats: 0,
    };
    licence::add(LicenceId::from_uuid(uuid(3)), new, starts_on, at("2026-01-01T00:00:00Z")).unwrap().state
}

fn whole(days: &DaysByUnit) -> i64 {
    days.values().flat_map(BTreeMap::values).map(|amount| amount.minor()).sum()
}

fn on(days: &DaysByUnit, unit: Option<UnitId>, day: Date) -> i64 {
    days.get(&unit).and_then(|days| days.get(&day)).map_or(0, |amount| amount.minor())
}

fn seat(who: Holder, spans: &[(&str, Option<&str>)]) -> Seat {
    Seat {
        licence: LicenceId::from_uuid(uuid(3)),
        client: ClientId::from_uuid(uuid(1)),
        holder: who,
        spans: spans.iter().map(|(since, until)| Span { since: day(since), until: until.map(day) }).collect(),
        updated_at: at("2026-01-01T00:00:00Z"),
    }
}

#[test]
fn what_is_bought_for_good_is_paid_for_once_and_more_seats_of_it_once_when_they_come() {
    for cycle in [Cycle::Weekly, Cycle::Monthly, Cycle::Annual] {
        let seats = [("2025-06-01", 8), ("2026-01-10", 10), ("2026-05-20", 4), ("2026-08-01", 12), ("2027-02-01", 20)];
        let licence = Licence {
            kind: LicenceKind::Perpetual,
            seats: seats.iter().map(|(from, seats)| Dated::new(day(from), *seats)).collect(),
            price_per_seat: vec![Dated::new(day("2026-07-01"), eur(250_00))],
            ..licensed(10, 200_00, cycle, day("2026-01-10"))
        };
        let carried = [Dated::new(Date::MIN, weights(&[(1, 1), (2, 1)]))];
        let days = fixed(&licence, &carried, within("2025-01-01", "2030-01-01")).unwrap();
        // Ten when it starts, two more than ever in August and eight in February; those given up in May cost nothing again.
        let of = |from: &str| on(&days, Some(unit(1)), day(from)) + on(&days, Some(unit(2)), day(from));
        assert_eq!([of("2026-01-10"), of("2026-08-01"), of("2027-02-01")], [2_000_00, 500_00, 2_000_00], "{cycle:?}");
        assert_eq!(whole(&days), 4_500_00);
        assert_eq!(whole(&fixed(&licence, &[], within("2026-01-11", "2026-08-01")).unwrap()), 0);
        assert!(evenly(&licence, &carried, within("2026-01-01", "2027-01-01")).unwrap().is_empty());
        assert_eq!(licence.cost_a_year(day("2026-09-01")).unwrap(), Some(eur(0)));
        assert_eq!(yearly(&licence, day("2026-09-01")).unwrap(), None);
        let facts = Facts::of(licence.clone(), Vec::new(), day("2026-09-01")).unwrap();
        assert_eq!((facts.seats, facts.cost), (12, Priced::Perpetual));
        let mut ended = licence;
        ended.term.terminates_on = Some(day("2026-08-01"));
        assert_eq!(whole(&fixed(&ended, &carried, within("2025-01-01", "2030-01-01")).unwrap()), 2_000_00);
    }
}

#[test]
fn a_licence_that_never_changes_is_the_same_on_every_day_of_every_month_for_the_detector() {
    // 1,000.00 in each cycle: a month has 365 / 12 days, a week seven. As it is spent, a day of February costs more.
    for (cycle, a_day) in
        [(Cycle::Monthly, 32_88), (Cycle::Quarterly, 10_96), (Cycle::Annual, 2_74), (Cycle::Weekly, 142_86)]
    {
        let licence = licensed(10, 100_00, cycle, day("2025-01-15"));
        let year = within("2025-06-01", "2026-06-01");
        let days = evenly(&licence, &[], year).unwrap();
        let amounts: Vec<i64> = days[&None].values().map(|amount| amount.minor()).collect();
        assert_eq!(amounts, vec![a_day; 365], "{cycle:?}");
    }
    let licence = licensed(10, 100_00, Cycle::Monthly, day("2025-01-01"));
    let spent = fixed(&licence, &[], within("2026-01-01", "2026-03-01")).unwrap();
    assert_eq!((on(&spent, None, day("2026-01-20")), on(&spent, None, day("2026-02-20"))), (32_26, 35_71));
    // Departments carry their parts of it, to the cent of each day.
    let carried = [Dated::new(Date::MIN, weights(&[(1, 2), (2, 1)]))];
    let days = evenly(&licence, &carried, within("2026-01-01", "2026-03-01")).unwrap();
    for (n, a_day) in [(1, 21_92), (2, 10_96)] {
        let amounts: Vec<i64> = days[&Some(unit(n))].values().map(|amount| amount.minor()).collect();
        assert_eq!(amounts, vec![a_day; 59], "department {n}");
    }
}

#[test]
fn the_days_of_a_month_add_up_to_its_price_and_each_department_to_its_part() {
    let licence = licensed(10, 19_99, Cycle::Monthly, day("2026-01-01"));
    let carried = [Dated::new(Date::MIN, weights(&[(1, 2), (2, 1)]))];
    let days = fixed(&licence, &carried, within("2026-02-01", "2026-03-01")).unwrap();
    assert_eq!(whole(&days), 199_90);
    let parts: Vec<i64> = days.values().map(|days| by_month(days).unwrap()[&month("2026-02")].minor()).collect();
    assert_eq!(parts, [133_27, 66_63]);
    // 13327 over 28 days is 475.96: 27 days of 476 and one of 475.
    assert_eq!((on(&days, Some(unit(1)), day("2026-02-01")), on(&days, Some(unit(1)), day("2026-02-28"))), (476, 475));
}

#[test]
fn a_year_that_is_paid_at_once_is_spread_over_its_days_and_what_has_ended_costs_nothing() {
    let mut licence = licensed(1, 365_00, Cycle::Annual, day("2026-03-01"));
    let all = fixed(&licence, &[], within("2025-01-01", "2028-01-01")).unwrap();
    assert_eq!(on(&all, None, day("2026-02-28")), 0, "it does not hold yet");
    assert_eq!(on(&all, None, day("2026-03-01")), 1_00);
    assert_eq!(whole(&fixed(&licence, &[], within("2026-03-01", "2027-03-01")).unwrap()), 365_00);
    licence.term.terminates_on = Some(day("2026-03-11"));
    assert_eq!(whole(&fixed(&licence, &[], within("2025-01-01", "2028-01-01")).unwrap()), 10_00);
    assert!(fixed(&licence, &[], within("2026-04-01", "2027-01-01")).unwrap().is_empty());
}

#[test]
fn seats_and_prices_hold_from_their_days_on() {
    let mut licence = licensed(10, 30_00, Cycle::Monthly, day("2026-04-01"));
    licence.seats.push(Dated::new(day("2026-04-16"), 20));
    licence.price_per_seat.push(Dated::new(day("2026-04-26"), eur(60_00)));
    let days = fixed(&licence, &[], within("2026-04-01", "2026-05-01")).unwrap();
    let cents = ["2026-04-15", "2026-04-16", "2026-04-25", "2026-04-26"].map(|on_day| on(&days, None, day(on_day)));
    assert_eq!(cents, [10_00, 20_00, 20_00, 40_00]);
    assert_eq!(seat_price(&licence, day("2026-04-25")), Some(eur(30_00)), "what it costs while nothing is charged");
    assert_eq!(seat_price(&licence, day("2026-04-26")), Some(eur(60_00)), "what is charged for it");
}

#[test]
fn what_invoices_tell_of_and_what_use_costs_is_not_told_twice() {
    let licence = licensed(10, 30_00, Cycle::Monthly, day("2026-04-01"));
    assert!(is_fixed(&licence));
    assert!(!is_fixed(&Licence { counted: true, ..licence.clone() }));
    assert!(!is_fixed(&Licence { kind: LicenceKind::Usage, ..licence }));
    assert!(is_spent("azure-main"));
    assert!(!is_spent("licences") && !is_spent("use") && !is_spent("invoices"));
}

#[test]
fn seats_are_carried_by_who_held_them_on_the_day() {
    let units = BTreeMap::from([(contact(11), Some(unit(1))), (contact(12), Some(unit(2))), (contact(13), None)]);
    let person = |n| Holder::Contact { contact: contact(n) };
    let seats = [
        seat(person(11), &[("2026-04-01", None)]),
        seat(person(12), &[("2026-04-01", Some("2026-04-11")), ("2026-04-21", None)]),
        seat(Holder::Device { name: "kiosk".parse().unwrap() }, &[("2026-04-21", None)]),
        seat(person(13), &[("2026-04-21", None)]),
    ];
    let carried = by_seats(&seats, &units);
    let licence = licensed(4, 30_00, Cycle::Monthly, day("2026-04-01"));
    let days = fixed(&licence, &carried, within("2026-04-01", "2026-05-01")).unwrap();
    let cents = |on_day: &str| [Some(unit(1)), Some(unit(2)), None].map(|unit| on(&days, unit, day(on_day)));
    assert_eq!(cents("2026-04-10"), [2_00, 2_00, 0]);
    assert_eq!(cents("2026-04-11"), [4_00, 0, 0]);
    assert_eq!(cents("2026-04-21"), [1_00, 1_00, 2_00]);
    assert_eq!(whole(&days), 120_00);
    let early =
        fixed(&licensed(1, 30_00, Cycle::Monthly, day("2026-03-01")), &carried, within("2026-03-01", "2026-04-01"));
    assert_eq!(early.unwrap().keys().collect::<Vec<_>>(), [&None], "before anybody held one nobody carries it");
}

#[test]
fn use_carries_the_months_that_have_any_and_the_last_one_that_is_over_what_is_to_come() {
    let licence = licensed(1, 30_00, Cycle::Monthly, day("2026-01-01"));
    let used = BTreeMap::from([
        (month("2026-02"), weights(&[(1, 10)])),
        (month("2026-03"), weights(&[(1, 0)])),
        (month("2026-04"), weights(&[(2, 5)])),
        (month("2026-05"), weights(&[(3, 5)])),
    ]);
    let otherwise = vec![
        Dated::new(day("2026-01-01"), weights(&[(9, 1)])),
        Dated::new(day("2026-03-15"), weights(&[(8, 1)])),
        Dated::new(day("2026-07-10"), weights(&[(7, 1)])),
    ];
    // The last month that is over, and who carries each of these days.
    for (until, carriers) in [
        // It has use, which carries what is to come.
        ("2026-04", [9, 1, 9, 8, 2, 2, 2, 2]),
        // Nobody used it any more: as otherwise, from that month on and in those to come.
        ("2026-06", [9, 1, 9, 8, 2, 3, 8, 7]),
        ("2026-07", [9, 1, 9, 8, 2, 3, 8, 7]),
        // A month in between without use, and what was known before it.
        ("2026-03", [9, 1, 9, 8, 8, 8, 8, 7]),
        // Before there is any use.
        ("2026-01", [9, 9, 9, 8, 8, 8, 8, 7]),
    ] {
        let carried = by_use(&used, otherwise.clone(), month(until));
        let days = fixed(&licence, &carried, within("2026-01-01", "2026-08-01")).unwrap();
        let on = ["01-31", "02-01", "03-14", "03-15", "04-01", "05-01", "06-30", "07-31"];
        for (on, n) in on.into_iter().zip(carriers) {
            let on = day(&format!("2026-{on}"));
            let who: Vec<_> = days.iter().filter(|(_, days)| days.contains_key(&on)).map(|(unit, _)| *unit).collect();
            assert_eq!(who, [Some(unit(n))], "{on}, with use until {until}");
        }
    }
}

#[test]
fn a_split_of_the_licence_carries_it_at_all_times() {
    let mut licence = licensed(1, 30_00, Cycle::Monthly, day("2026-04-01"));
    licence.split = vec![Share { unit: unit(1), weight: 2 }, Share { unit: unit(2), weight: 1 }];
    let days = fixed(&licence, &by_split(&licence), within("2026-04-01", "2026-05-01")).unwrap();
    assert_eq!(
        days.values().map(|days| by_month(days).unwrap()[&month("2026-04")].minor()).collect::<Vec<_>>(),
        [20_00, 10_00]
    );
}

fn rules(licences: LicenceRule, sources: &[(&str, SourceRule)]) -> ChargebackRules {
    let sources = sources.iter().map(|(name, rule)| ((*name).to_owned(), rule.clone())).collect();
    ChargebackRules { licences, sources, ..ChargebackRules::new(ClientId::from_uuid(uuid(1))) }
}

fn code(text: &str) -> CostCode {
    text.parse().unwrap()
}

/// A budget of one month, of which only what it is held against matters.
fn budget(scope: &Scope, sources: &[&str], currency: Currency) -> Budget {
    Budget {
        id: BudgetId::from_uuid(uuid(1)),
        client: ClientId::from_uuid(uuid(1)),
        name: "IT".into(),
        scope: scope.clone(),
        sources: sources.iter().map(|source| (*source).to_owned()).collect(),
        from: month("2026-01"),
        months: vec![Money::new(1, currency)],
        alerts: Default::default(),
        told: Default::default(),
        closed_at: None,
        created_at: at("2026-01-01T00:00:00Z"),
        updated_at: at("2026-01-01T00:00:00Z"),
    }
}

fn cost(on: &str, source: &str, of: Option<u128>, minor: i64) -> Cost {
    Cost {
        month: month(on),
        source: source.into(),
        product: None,
        unit: of.map(unit),
        centre: None,
        amount: eur(minor),
    }
}

#[test]
fn what_has_a_department_stays_there_and_the_rest_goes_where_the_rules_say() {
    let shares = vec![Share { unit: unit(1), weight: 1 }, Share { unit: unit(2), weight: 2 }];
    let own =
        rules(LicenceRule::Seats {}, &[("aws", SourceRule::Seats {}), ("invoices", SourceRule::Fixed { shares })]);
    let seats = [Dated::new(day("2026-01-15"), weights(&[(1, 1)])), Dated::new(day("2026-02-20"), weights(&[(2, 1)]))];
    let costs = vec![
        cost("2026-01", "aws", Some(9), 1_00),
        cost("2026-01", "aws", None, 2_00),
        cost("2026-02", "aws", None, 3_00),
        cost("2026-01", "azure", None, 4_00),
        cost("2026-01", "invoices", None, -1_00),
        cost("2026-01", "licences", None, 5_00),
        cost("2025-12", "aws", None, 6_00),
    ];
    let total = |costs: &[Cost]| costs.iter().map(|cost| cost.amount.minor()).sum::<i64>();
    let carriers = Carriers { rules: &own, seats: &seats, used: &BTreeMap::new(), today: day("2026-02-10") };
    let given = carried(costs.clone(), carriers).unwrap();
    assert_eq!(total(&given), total(&costs));
    let of = |on: &str, source: &str| -> Vec<(Option<UnitId>, i64)> {
        let own = given.iter().filter(|cost| cost.month == month(on) && cost.source == source);
        own.map(|cost| (cost.unit, cost.amount.minor())).collect()
    };
    assert_eq!(of("2026-01", "aws"), [(Some(unit(1)), 2_00), (Some(unit(9)), 1_00)]);
    assert_eq!(of("2026-02", "aws"), [(Some(unit(1)), 3_00)], "as it is today, in the month that runs");
    assert_eq!(of("2026-01", "azure"), [(None, 4_00)]);
    assert_eq!(of("2026-01", "invoices"), [(Some(unit(1)), -33), (Some(unit(2)), -67)]);
    assert_eq!((of("2026-01", "licences"), of("2025-12", "aws")), (vec![(None, 5_00)], vec![(None, 6_00)]));
    let within = |scope: &Scope, sources: &[&str], currency: Currency| {
        spent_within(&given, &budget(scope, sources, currency), &BTreeMap::new()).unwrap()
    };
    let spent = within(&Scope::Unit { unit: unit(1) }, &[], Currency::EUR);
    assert_eq!((spent.variable[&month("2026-01")], spent.fixed.len()), (eur(2_00 - 33), 0));
    let all = within(&Scope::Client {}, &[], Currency::EUR);
    assert_eq!((all.variable[&month("2026-01")], all.fixed[&month("2026-01")]), (eur(6_00), eur(5_00)));
    assert!(within(&Scope::Client {}, &[], Currency::USD).variable.is_empty());
    let some = within(&Scope::Client {}, &["azure", "licences"], Currency::EUR);
    assert_eq!((some.variable[&month("2026-01")], some.fixed[&month("2026-01")]), (eur(4_00), eur(5_00)));
    let dollars = Cost { amount: Money::new(7, Currency::USD), ..cost("2026-01", "aws", None, 0) };
    let added = sums(&[given, vec![dollars]].concat()).unwrap();
    assert_eq!(added.iter().map(|sums| sums.total.to_string()).collect::<Vec<_>>(), ["20.00 EUR", "0.07 USD"]);
    assert_eq!(added[0].sources["aws"], eur(12_00));
}

#[test]
fn a_source_by_use_is_carried_month_by_month_by_those_who_used_the_products() {
    let products = vec![ProductId::from_uuid(uuid(2))];
    let own = rules(
        LicenceRule::Seats {},
        &[("aws", SourceRule::Usage { products: Vec::new() }), ("invoices", SourceRule::Usage { products })],
    );
    let mail =
        UseByMonth::from([(month("2026-01"), weights(&[(1, 2), (2, 1)])), (month("2026-04"), weights(&[(1, 9)]))]);
    let chat = UseByMonth::from([(month("2026-01"), weights(&[(2, 1)])), (month("2026-03"), weights(&[(2, 4)]))]);
    let both = together([&mail, &chat].into_iter());
    assert_eq!(both[&month("2026-01")], weights(&[(1, 2), (2, 2)]));
    let used = BTreeMap::from([("aws".to_owned(), both), ("invoices".to_owned(), mail)]);
    let costs = vec![
        cost("2026-01", "aws", None, 1_01),
        cost("2026-01", "aws", Some(9), 7_00),
        cost("2026-01", "invoices", None, 1_00),
        cost("2026-02", "aws", None, 2_00),
        cost("2026-04", "aws", None, 4_00),
    ];
    let today = day("2026-04-20");
    let asked = months_of_use(&costs, &own, today);
    let (january, march) = (month("2026-01"), month("2026-03"));
    assert_eq!(asked, BTreeMap::from([("aws".into(), (january, march)), ("invoices".into(), (january, january))]));
    let given = carried(costs, Carriers { rules: &own, seats: &[], used: &used, today }).unwrap();
    let of = |on: &str, source: &str| -> Vec<(Option<UnitId>, i64)> {
        let own = given.iter().filter(|cost| cost.month == month(on) && cost.source == source);
        own.map(|cost| (cost.unit, cost.amount.minor())).collect()
    };
    let (one, two) = (Some(unit(1)), Some(unit(2)));
    assert_eq!(of("2026-01", "aws"), [(one, 51), (two, 50), (Some(unit(9)), 7_00)]);
    assert_eq!(of("2026-01", "invoices"), [(one, 67), (two, 33)], "by the named product alone");
    assert_eq!(of("2026-02", "aws"), [(None, 2_00)], "nobody used anything");
    assert_eq!(of("2026-04", "aws"), [(two, 4_00)], "the month that runs as the last one that is over");
}

#[test]
fn a_cost_centre_carries_what_its_departments_do() {
    let centres = BTreeMap::from([(unit(1), code("4711")), (unit(2), code("4711")), (unit(3), code("k/9"))]);
    let costs = [
        cost("2026-01", "aws", Some(1), 1_00),
        cost("2026-01", "licences", Some(2), 2_00),
        cost("2026-02", "aws", Some(3), 4_00),
        cost("2026-01", "aws", Some(4), 8_00),
        cost("2026-01", "aws", None, 16_00),
    ];
    let added = by_centre(&sums(&costs).unwrap()[0], &centres).unwrap();
    let all = [(None, eur(24_00)), (Some(code("4711")), eur(3_00)), (Some(code("K/9")), eur(4_00))];
    assert_eq!(added, BTreeMap::from(all));
    let own = budget(&Scope::CostCentre { code: code("4711") }, &[], Currency::EUR);
    let spent = spent_within(&costs, &own, &centres).unwrap();
    assert_eq!(spent.fixed, BTreeMap::from([(month("2026-01"), eur(2_00))]));
    assert_eq!(spent.variable, BTreeMap::from([(month("2026-01"), eur(1_00))]));
}

fn centres_of(shares: &[(&str, u32)]) -> Vec<CentreShare> {
    shares.iter().map(|(named, weight)| CentreShare { code: code(named), weight: *weight }).collect()
}

#[test]
fn cost_centres_carry_agreed_parts_that_add_up_of_what_no_department_carries() {
    let shares = centres_of(&[("4711", 1), ("K/9", 2)]);
    let own = rules(
        LicenceRule::CostCentres { shares: shares.clone() },
        &[("aws", SourceRule::CostCentres { shares }), ("azure", SourceRule::Nobody {})],
    );
    let costs = vec![
        cost("2026-01", "aws", None, 1_00),
        cost("2026-01", "aws", None, -2),
        cost("2026-01", "aws", Some(1), 8_00),
        cost("2026-01", "azure", None, 16_00),
        cost("2026-01", "licences", None, 32_01),
        // Of a licence that is split itself.
        cost("2026-01", "licences", Some(2), 64_00),
    ];
    let carriers = Carriers { rules: &own, seats: &[], used: &BTreeMap::new(), today: day("2026-02-10") };
    let given = carried(costs.clone(), carriers).unwrap();
    let of = |source: &str| -> Vec<(Option<UnitId>, Option<CostCode>, i64)> {
        let own = given.iter().filter(|cost| cost.source == source);
        own.map(|cost| (cost.unit, cost.centre.clone(), cost.amount.minor())).collect()
    };
    let (first, second) = (Some(code("4711")), Some(code("K/9")));
    let (one, two) = (Some(unit(1)), Some(unit(2)));
    // 100 in thirds is 33 and 67, and what was credited of it 1 and 1.
    assert_eq!(of("aws"), [(None, first.clone(), 32), (None, second.clone(), 66), (one, None, 8_00)]);
    assert_eq!(of("azure"), [(None, None, 16_00)]);
    assert_eq!(of("licences"), [(None, first.clone(), 10_67), (None, second.clone(), 21_34), (two, None, 64_00)]);
    assert_eq!(carried(given.clone(), carriers).unwrap(), given, "what is carried stays where it is");
    // Departments' own cost centres come on top, and nothing is there twice.
    let belongs = BTreeMap::from([(unit(1), code("4711"))]);
    let added = by_centre(&sums(&given).unwrap()[0], &belongs).unwrap();
    assert_eq!(added, BTreeMap::from([(None, eur(80_00)), (first, eur(18_99)), (second, eur(22_00))]));
    let spent = spent_within(&given, &budget(&Scope::CostCentre { code: code("4711") }, &[], Currency::EUR), &belongs);
    let Spent { fixed, variable, .. } = spent.unwrap();
    assert_eq!((fixed[&month("2026-01")], variable[&month("2026-01")]), (eur(10_67), eur(832)));
}

#[test]
fn parts_of_cost_centres_name_what_is_wrong_with_them_and_keep_the_centres_that_they_name() {
    let known = [code("4711"), code("K/9")];
    let centres: BTreeSet<&CostCode> = known.iter().collect();
    let of = |shares: &[(&str, u32)]| rules(LicenceRule::CostCentres { shares: centres_of(shares) }, &[]);
    for (shares, wrong) in [
        (vec![("4711", 1), ("k/9", 1_000_000)], vec![]),
        (vec![], vec!["/licences/shares"]),
        (vec![("4712", 1)], vec!["/licences/shares/0/code"]),
        (vec![("4711", 0), ("4711", 1)], vec!["/licences/shares/0/weight", "/licences/shares/1/code"]),
    ] {
        let fields: Vec<String> = match of(&shares).check(&[], &centres) {
            Ok(()) => Vec::new(),
            Err(domain::Refusal::Invalid(faults)) => faults.iter().map(|fault| fault.field.clone()).collect(),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(fields, wrong, "{shares:?}");
    }
    let shares = centres_of(&[("4711", 1)]);
    let named = rules(LicenceRule::Seats {}, &[("aws", SourceRule::CostCentres { shares })]);
    let gone = |text: &str| named.still_name(&BTreeSet::from([&code(text)]));
    assert!(matches!(gone("4711"), Err(domain::Refusal::Conflict { code: "cost_centre_in_use", .. })));
    assert!(gone("K/9").is_ok());
    let read = serde_json::from_str::<SourceRule>(r#"{"by":"cost_centres","shares":[{"code":"k/9","weight":2}]}"#);
    assert_eq!(read.unwrap(), SourceRule::CostCentres { shares: centres_of(&[("K/9", 2)]) });
}

#[test]
fn rules_name_what_is_wrong_with_them() {
    let shares = vec![
        Share { unit: unit(1), weight: 0 },
        Share { unit: unit(1), weight: 1 },
        Share { unit: unit(3), weight: 1 },
    ];
    let wrong = rules(
        LicenceRule::Fixed { shares: Vec::new() },
        &[("aws", SourceRule::Fixed { shares }), ("A b", SourceRule::Seats {})],
    );
    let domain::Refusal::Invalid(faults) = wrong.check(&[unit(1)], &BTreeSet::new()).unwrap_err() else {
        panic!("refused otherwise")
    };
    let mut fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    fields.sort_unstable();
    let aws = ["/sources/aws/shares/0/weight", "/sources/aws/shares/1/unit", "/sources/aws/shares/2/unit"];
    assert_eq!(fields, ["/licences/shares", "/sources", aws[0], aws[1], aws[2]]);
    assert!(rules(LicenceRule::Usage {}, &[("invoices", SourceRule::Seats {})]).check(&[], &BTreeSet::new()).is_ok());
    let by_use = |products: Vec<u128>| {
        let products = products.into_iter().map(|n| ProductId::from_uuid(uuid(n))).collect();
        rules(LicenceRule::Usage {}, &[("aws", SourceRule::Usage { products })]).check(&[], &BTreeSet::new())
    };
    assert!(by_use(Vec::new()).is_ok() && by_use((0..MOST_PRODUCTS as u128).collect()).is_ok());
    let wrong = |of: Result<(), domain::Refusal>| {
        let domain::Refusal::Invalid(faults) = of.unwrap_err() else { panic!("refused otherwise") };
        faults.iter().map(|fault| fault.field.clone()).collect::<Vec<_>>()
    };
    assert_eq!(wrong(by_use(vec![1, 1])), ["/sources/aws/products/1"]);
    assert_eq!(wrong(by_use((0..=MOST_PRODUCTS as u128).collect())), ["/sources/aws/products"]);
    let read = serde_json::from_str::<SourceRule>(r#"{"by":"usage"}"#).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"by":"usage"}"#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Whatever cost centres agreed on, their parts add up to the cost, and each is within a cent of its share.
    #[test]
    fn what_cost_centres_carry_by_agreed_parts_adds_up_to_the_cent(
        minor in -1_000_000_000_i64..1_000_000_000,
        weights in prop::collection::vec(1_u32..1_000_000, 1..8),
    ) {
        let shares: Vec<CentreShare> = (0..).zip(&weights)
            .map(|(n, weight)| CentreShare { code: code(&format!("C{n}")), weight: *weight }).collect();
        let own = rules(LicenceRule::CostCentres { shares }, &[]);
        let carriers = Carriers { rules: &own, seats: &[], used: &BTreeMap::new(), today: day("2026-02-10") };
        let given = carried(vec![cost("2026-01", "licences", None, minor)], carriers).unwrap();
        prop_assert_eq!(given.iter().map(|cost| cost.amount.minor()).sum::<i64>(), minor);
        let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        for (n, weight) in weights.iter().enumerate() {
            let own = given.iter().filter(|cost| cost.centre == Some(code(&format!("C{n}"))));
            let part: i64 = own.map(|cost| cost.amount.minor()).sum();
            let off = (i128::from(part) * whole - i128::from(minor) * i128::from(*weight)).abs();
            prop_assert!(off < whole, "{} of {}", part, minor);
        }
    }

    /// However much each department used, a month of a source comes to the same, its departments' parts and their cost
    /// centres' too; and each part is within a cent of its share of the use.
    #[test]
    fn what_is_carried_by_use_and_by_cost_centres_adds_up_to_the_cent(
        minors in prop::collection::vec((0_i32..6, -1_000_000_i64..1_000_000), 1..8),
        used in prop::collection::vec((0_i32..6, 0_u128..6, 0_u64..40), 0..24),
        belongs in prop::collection::vec(prop::option::of(0_u8..3), 6),
    ) {
        let (first, today) = (month("2026-01"), day("2026-05-15"));
        let own = rules(LicenceRule::Seats {}, &[("aws", SourceRule::Usage { products: Vec::new() })]);
        let each: Vec<UseByMonth> = used.iter()
            .map(|(on, n, days)| UseByMonth::from([(first.plus(*on), weights(&[(*n, *days)]))])).collect();
        let by_source = BTreeMap::from([("aws".to_owned(), together(each.iter()))]);
        let costs: Vec<Cost> = minors.iter()
            .map(|(on, minor)| Cost { month: first.plus(*on), ..cost("2026-01", "aws", None, *minor) }).collect();
        for cost in &costs {
            let (on, minor) = (cost.month, cost.amount.minor());
            let given = carried(vec![cost.clone()], Carriers { rules: &own, seats: &[], used: &by_source, today }).unwrap();
            prop_assert_eq!(given.iter().map(|cost| cost.amount.minor()).sum::<i64>(), minor);
            let told = told_by(on, today);
            let days = |of: Option<u128>| used.iter()
                .filter(|(month, n, _)| first.plus(*month) == told && of.is_none_or(|of| of == *n))
                .map(|(_, _, days)| i128::from(*days)).sum::<i128>();
            for n in 0..6 {
                let part: i64 = given.iter().filter(|cost| cost.unit == Some(unit(n))).map(|cost| cost.amount.minor()).sum();
                let off = (i128::from(part) * days(None) - i128::from(minor) * days(Some(n))).abs();
                prop_assert!(off < days(None).max(1), "{} of {}", part, minor);
            }
            prop_assert_eq!(given.iter().any(|cost| cost.unit.is_none()), days(None) == 0 && minor != 0);
        }
        let total: i64 = costs.iter().map(|cost| cost.amount.minor()).sum();
        let given = carried(costs, Carriers { rules: &own, seats: &[], used: &by_source, today }).unwrap();
        let centres: BTreeMap<UnitId, CostCode> = belongs.iter().enumerate()
            .filter_map(|(n, centre)| Some((unit(n as u128), code(&format!("C{}", (*centre)?))))).collect();
        let added: i64 = sums(&given).unwrap().iter()
            .flat_map(|sums| by_centre(sums, &centres).unwrap().into_values()).map(|sum| sum.minor()).sum();
        prop_assert_eq!(added, total);
        // A budget of each cost centre, and the departments of none beside them: the same again.
        let of = |code: CostCode| spent_within(&given, &budget(&Scope::CostCentre { code }, &[], Currency::EUR), &centres);
        let within: i64 = (0..3).flat_map(|n| of(code(&format!("C{n}"))).unwrap().variable.into_values())
            .map(|sum| sum.minor()).sum();
        let without: i64 = given.iter().filter(|cost| cost.unit.is_none_or(|unit| !centres.contains_key(&unit)))
            .map(|cost| cost.amount.minor()).sum();
        prop_assert_eq!(within + without, total);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever is asked for at once, a day costs the same; and a month in which nothing changes adds up to its price.
    #[test]
    fn a_days_cost_does_not_depend_on_what_else_is_asked_for(
        seats in 1_u32..500, cost in 1_i64..100_000, starts in 0_i64..400, cut in 1_i64..200,
        weighted in prop::collection::vec(0_u64..9, 0..5), more in 0_u32..50, from in 0_i64..200,
        cycle in prop::sample::select(vec![Cycle::Weekly, Cycle::Monthly, Cycle::Quarterly, Cycle::SemiAnnual, Cycle::Annual]),
    ) {
        let first = day("2025-01-01");
        let mut licence = licensed(seats, cost, cycle, first.saturating_add(starts.days()));
        let carried: Vec<Weighted> = weighted.iter().enumerate()
            .map(|(n, weight)| Weighted { unit: Some(unit(n as u128)), weight: *weight }).collect();
        let carried = [Dated::new(Date::MIN, carried)];
        let all = Period::new(first, first.saturating_add(800.days())).unwrap();
        let plain = fixed(&licence, &carried, all).unwrap();
        for n in 0..3 {
            let nth = domain::billing::cycle::Schedule {
                cycle, alignment: domain::billing::cycle::Alignment::Anniversary, anchor: licence.term.starts_on,
                starts_on: licence.term.starts_on, ends_on: None,
            }.nth(n).unwrap();
            if nth.to <= all.to {
                let days = fixed(&licence, &carried, nth).unwrap();
                prop_assert_eq!(whole(&days), cost * i64::from(seats));
            }
        }
        let middle = first.saturating_add(cut.days());
        let before = fixed(&licence, &carried, Period { from: first, to: middle }).unwrap();
        let after = fixed(&licence, &carried, Period { from: middle, to: all.to }).unwrap();
        prop_assert_eq!(whole(&before) + whole(&after), whole(&plain));
        // A change moves no day before it.
        let changes = licence.term.starts_on.saturating_add(from.days());
        licence.seats.push(Dated::new(changes, seats + more));
        let changed = fixed(&licence, &carried, all).unwrap();
        for (unit, days) in &plain {
            for (day, amount) in days.range(..changes) {
                prop_assert_eq!(on(&changed, *unit, *day), amount.minor());
            }
        }
    }

    /// Sums that move with every change of the days are those of the days.
    #[test]
    fn sums_that_move_are_the_sums_of_the_days(
        changes in prop::collection::vec(prop::collection::btree_map(0_i64..70, prop::option::of(-500_i64..500), 0..20), 0..8),
    ) {
        let (mut days, mut sums) = (Days::new(), BTreeMap::<Month, i64>::new());
        for change in changes {
            let change: BTreeMap<Date, Option<DayCost>> = change.into_iter().map(|(n, minor)| {
                let cost = minor.map(|minor| DayCost { minor, ..DayCost::default() });
                (day("2026-01-01").saturating_add(n.days()), cost)
            }).collect();
            for (month, by) in moved(&days, &change) {
                *sums.entry(month).or_default() += by;
            }
            for (day, cost) in change {
                match cost {
                    Some(cost) => days.insert(day, cost),
                    None => days.remove(&day),
                };
            }
        }
        let mut direct = BTreeMap::<Month, i64>::new();
        for (day, cost) in &days {
            *direct.entry(Month::of(*day)).or_default() += cost.minor;
        }
        sums.retain(|_, minor| *minor != 0);
        direct.retain(|_, minor| *minor != 0);
        prop_assert_eq!(sums, direct);
    }
}
