//! Who carries what of a client's costs: departments and cost centres, by the client's rules, to the cent.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::dated::Dated;
use domain::budgets::{
    Budget, Carriers, CentreShare, ChargebackRules, Cost, LicenceRule, MOST_PRODUCTS, Scope, SourceRule, Spent,
    UseByMonth, by_centre, carried, months_of_use, spent_within, sums, together, told_by,
};
use domain::cost_centres::CostCode;
use domain::ids::{BudgetId, ClientId, ProductId, UnitId};
use domain::licences::licence::Share;
use domain::money::Money;
use iso_currency::Currency;
use proptest::prelude::*;

use crate::common::budgets::{code, unit, weights};
use crate::common::contracts::{day, eur};
use crate::common::reported::month;
use crate::common::{at, uuid};

fn rules(licences: LicenceRule, sources: &[(&str, SourceRule)]) -> ChargebackRules {
    let sources = sources.iter().map(|(name, rule)| ((*name).to_owned(), rule.clone())).collect();
    ChargebackRules { licences, sources, ..ChargebackRules::new(ClientId::from_uuid(uuid(1))) }
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
