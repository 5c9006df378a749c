//! Budgets: what a department carries adds up, where the year leads is as sure as it says, and each warning comes once.

use std::collections::BTreeMap;

use domain::billing::reports::Month;
use domain::budgets::{
    Alerts, Budget, BudgetChanges, Course, NewBudget, Scope, Spent, Threshold, Warning, Weighted, add, by_months,
    change, chargeback, close, outlook, still_named, told,
};
use domain::clients::{Client, Unit};
use domain::cost_centres::CostCentre;
use domain::insights::ahead;
use domain::money::Money;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;

use crate::common::budgets::{Noise, budget_of_2026, code, unit};
use crate::common::contracts::eur;
use crate::common::the_client;

const EUR: Currency = Currency::EUR;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn what_departments_carry_is_the_whole_cost_and_none_carries_without_a_weight(
        (minor, weights) in (-10_000_000_i64..10_000_000, prop::collection::vec(0_u64..50, 0..12))
    ) {
        let weights: Vec<Weighted> = weights.into_iter().enumerate()
            .map(|(n, weight)| Weighted { unit: Some(unit(n as u128)), weight }).collect();
        let parts = chargeback(eur(minor), &weights);
        prop_assert_eq!(Money::sum(EUR, parts.iter().map(|part| part.amount)).unwrap(), eur(minor));
        let whole: u64 = weights.iter().map(|weighted| weighted.weight).sum();
        for part in &parts {
            let Some(unit) = part.unit else {
                prop_assert_eq!(whole, 0);
                continue;
            };
            let weight = weights.iter().find(|weighted| weighted.unit == Some(unit)).unwrap().weight;
            prop_assert!(weight > 0);
            // Within a cent of its share.
            let share = i128::from(minor) * i128::from(weight);
            let off = (i128::from(part.amount.minor()) * i128::from(whole) - share).abs();
            prop_assert!(off < i128::from(whole), "{} of {}", part.amount, minor);
        }
    }

    #[test]
    fn another_unit_or_a_constant_beside_changes_nothing_but_the_scale(
        (values, months, factor) in (prop::collection::vec(0_u32..100_000, 6..36), 1_usize..12, 1_u32..1_000)
    ) {
        let past: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
        let scaled: Vec<f64> = past.iter().map(|value| value * f64::from(factor)).collect();
        let (one, other) = (ahead(&past, months).unwrap(), ahead(&scaled, months).unwrap());
        let same = |a: f64, b: f64| (a * f64::from(factor) - b).abs() <= 1e-6 * (1.0 + b.abs());
        prop_assert!(same(one.expected, other.expected) && same(one.low, other.low) && same(one.high, other.high));
        prop_assert!(one.low <= one.expected && one.expected <= one.high);
    }
}

#[test]
fn eight_of_ten_sums_lie_in_the_range_with_and_without_a_trend_or_a_season() {
    for (name, months, slope, season) in
        [("level", 9, 0.0, 0.0), ("trend", 18, 3.0, 0.0), ("season", 36, 0.0, 8.0), ("both", 36, 2.0, 8.0)]
    {
        let mut noise = Noise(20_261_121);
        let mut within = 0;
        let series = 4_000;
        for _ in 0..series {
            let mut value = |month: usize| {
                let turn = std::f64::consts::TAU * month as f64 / 12.0;
                100.0 + slope * month as f64 + season * turn.sin() + 5.0 * noise.normal()
            };
            let past: Vec<f64> = (0..months).map(&mut value).collect();
            let came: f64 = (months..months + 5).map(&mut value).sum();
            let sum = ahead(&past, 5).unwrap();
            within += usize::from(sum.low <= came && came <= sum.high);
        }
        let percent = within * 100 / series;
        assert!((76..=90).contains(&percent), "{name}: {percent} %");
    }
}

/// A month of a thousand, and in one of ten something that comes once.
fn now_and_then(noise: &mut Noise) -> f64 {
    let usual = 1_000.0 * (1.0 + 0.02 * noise.normal());
    // A normal number is above 1.2816 in one of ten cases.
    let once = if noise.normal() > 1.281_6 { 5_500.0 + 1_500.0 * noise.normal() } else { 0.0 };
    usual + once
}

#[test]
fn what_comes_once_is_expected_as_often_as_it_came_also_when_it_came_last() {
    for (behind, months) in [(9, 2), (12, 2), (12, 6), (24, 2), (24, 6)] {
        let mut noise = Noise(20_261_123);
        let (series, mut within, mut sums, mut after_one) = (4_000, 0, [0.0; 2], [0.0; 2]);
        for _ in 0..series {
            let past: Vec<f64> = (0..behind).map(|_| now_and_then(&mut noise)).collect();
            let came: f64 = (0..months).map(|_| now_and_then(&mut noise)).sum();
            let sum = ahead(&past, months).unwrap();
            within += usize::from(sum.low <= came && came <= sum.high);
            sums = [sums[0] + sum.expected, sums[1] + came];
            if past[behind - 1] > 1_500.0 {
                after_one = [after_one[0] + sum.expected, after_one[1] + came];
            }
        }
        let percent = within * 100 / series;
        assert!((72..=92).contains(&percent), "{behind} months, {months} ahead: {percent} %");
        let off = sums[0] / sums[1];
        assert!((0.94..=1.06).contains(&off), "{behind} months, {months} ahead: {off} of what came");
        // The mean of the months that were has it in, and is no more than that off.
        let off = after_one[0] / after_one[1];
        assert!(off < 1.8, "{behind} months, {months} ahead, after one: {off} of what came");
    }
}

#[test]
fn one_last_jump_is_no_walk_and_two_months_at_a_new_level_are() {
    let level = |months: usize| (0..months).map(|month| 1_000.0 + 10.0 * (month % 3) as f64).collect::<Vec<f64>>();
    let jumped = [level(11), vec![11_010.0]].concat();
    let mean = jumped.iter().sum::<f64>() / 12.0;
    assert!((ahead(&jumped, 8).unwrap().expected - 8.0 * mean).abs() < 1e-6, "the months' mean, not the last month's");
    let earlier = [level(10), vec![11_010.0, 1_000.0]].concat();
    let (late, early) = (ahead(&jumped, 8).unwrap(), ahead(&earlier, 8).unwrap());
    assert!((late.expected / early.expected - 1.0).abs() < 0.01, "{late:?} {early:?}");
    let stays = ahead(&[level(10), vec![3_000.0, 3_010.0]].concat(), 2).unwrap().expected;
    assert!(stays > 5_500.0, "{stays}");
}

#[test]
fn what_rises_by_a_share_of_itself_goes_on_to_some_times_what_it_was_and_a_line_goes_on_as_a_line() {
    for share in [1.03_f64, 1.1, 0.95] {
        let month = |n: i32| 1_000.0 * share.powi(n);
        let past: Vec<f64> = (0..12).map(month).collect();
        let at_most = |n: i32| month(n).min(4.0 * month(11).max(month(0)));
        for (months, comes) in [(6, (12..18).map(at_most).sum::<f64>()), (36, (12..48).map(at_most).sum::<f64>())] {
            let sum = ahead(&past, months).unwrap();
            assert!((sum.expected / comes - 1.0).abs() < 1e-6, "{share}, {months} months: {sum:?} for {comes}");
        }
    }
    // A little off either way both count, and the range has room for both.
    let line = |n: i32| 1_000.0 + 50.0 * f64::from(n) + if n % 2 == 0 { 30.0 } else { -30.0 };
    let past: Vec<f64> = (0..12).map(line).collect();
    let (sum, comes) = (ahead(&past, 6).unwrap(), (12..18).map(line).sum::<f64>());
    assert!(sum.low < comes && comes < sum.high && (sum.expected / comes - 1.0).abs() < 0.02, "{sum:?} for {comes}");
}

#[test]
fn what_never_changes_is_certain_and_too_few_months_say_nothing() {
    assert_eq!(ahead(&[50.0; 1], 3), None);
    let five: Vec<f64> = (0..5).map(|month| 10.0 * f64::from(month)).collect();
    assert_eq!(ahead(&five, 1).unwrap().expected, 20.0, "too few to show a slope");
    assert_eq!(ahead(&[50.0; 12], 0), None);
    assert_eq!(ahead(&[f64::NAN; 12], 1), None);
    let sum = ahead(&[50.0; 12], 3).unwrap();
    assert_eq!((sum.expected, sum.low, sum.high), (150.0, 150.0, 150.0));
    let rising: Vec<f64> = (0..12).map(|month| 10.0 * f64::from(month)).collect();
    let sum = ahead(&rising, 2).unwrap();
    assert!((sum.expected - 250.0).abs() < 1e-9 && (sum.high - sum.low) < 1e-6, "{sum:?}");
}

/// With one department, of the one cost centre.
fn client() -> Client {
    Client {
        departments: vec![Unit { id: unit(1), name: "Sales".into(), cost_centre: Some(code("4711")) }],
        cost_centres: vec![CostCentre { code: code("4711"), name: "Sales EMEA".into() }],
        ..the_client()
    }
}

fn budget(alerts: Alerts) -> Budget {
    budget_of_2026(&client(), Scope::Unit { unit: unit(1) }, 100_00, alerts)
}

fn months(from: (i16, i8), amounts: &[i64]) -> BTreeMap<Month, Money> {
    let first = Month::of(date(from.0, from.1, 1));
    amounts.iter().enumerate().map(|(n, minor)| (first.plus(n as i32), eur(*minor))).collect()
}

#[test]
fn the_year_leads_to_what_is_known_and_what_is_usual() {
    let spent = Spent {
        fixed: months((2026, 1), &[40_00; 12]),
        // Half a year before, and four months of it; May has begun.
        variable: months((2025, 7), &[50_00, 50_00, 50_00, 50_00, 50_00, 50_00, 50_00, 50_00, 50_00, 50_00, 20_00]),
        ..Spent::default()
    };
    let stands = outlook(&budget(Alerts::default()), &spent, date(2026, 5, 12)).unwrap();
    assert_eq!((stands.whole, stands.planned), (eur(1_200_00), eur(500_00)));
    assert_eq!(stands.spent, eur(5 * 40_00 + 4 * 50_00 + 20_00));
    let forecast = stands.forecast.unwrap();
    assert_eq!((forecast.low, forecast.expected, forecast.high), (eur(1_080_00), eur(1_080_00), eur(1_080_00)));
    // Over: it is what it was. Not begun: what is known, and as many months of the usual.
    let after = outlook(&budget(Alerts::default()), &spent, date(2027, 2, 1)).unwrap();
    assert_eq!(after.forecast.unwrap().expected, eur(12 * 40_00 + 4 * 50_00 + 20_00));
    let before = Spent { variable: months((2025, 1), &[50_00; 10]), ..spent.clone() };
    let before = outlook(&budget(Alerts::default()), &before, date(2025, 11, 1)).unwrap();
    assert_eq!((before.spent, before.forecast.unwrap().expected), (eur(0), eur(1_080_00)));
    // A month that came to more than expected already is that, and the others are as usual.
    let much = Spent {
        fixed: BTreeMap::new(),
        variable: months((2026, 4), &[1_00, 1_00, 1_00, 1_00, 1_00, 1_00, 99_00]),
        ..Spent::default()
    };
    let much = outlook(&budget(Alerts::default()), &much, date(2026, 10, 31)).unwrap();
    assert_eq!(much.forecast.unwrap().expected, eur(6_00 + 99_00 + 2 * 1_00));
    // Two whole months say as much as the t distribution with one degree of freedom: 3.078 deviations, here of 10.00 √2, of
    // ten new months and their level.
    let young = Spent { variable: months((2026, 1), &[40_00, 60_00]), ..Spent::default() };
    let forecast = outlook(&budget(Alerts::default()), &young, date(2026, 3, 1)).unwrap().forecast.unwrap();
    assert_eq!(forecast.expected, eur(12 * 50_00));
    let half = 3.078 * 10_00.0 * (2.0 * (10.0 + 10.0 * 10.0 / 2.0_f64)).sqrt();
    assert_eq!((forecast.expected.minor() - forecast.low.minor()), half.round() as i64);
    let first = Spent {
        fixed: months((2026, 1), &[10_00; 12]),
        variable: months((2026, 1), &[50_00, 5_00]),
        ..Spent::default()
    };
    let first = outlook(&budget(Alerts::default()), &first, date(2026, 2, 9)).unwrap();
    assert_eq!((first.forecast, first.certain), (None, eur(12 * 10_00 + 55_00)));
    assert_eq!(first.leads_to(), first.certain);
}

#[test]
fn what_is_spread_over_months_to_come_is_certain_and_expected_of_them_at_least() {
    let own = budget(Alerts::default());
    let and = |from: (i16, i8), amounts: &[i64], then: (i16, i8), ahead: &[i64]| {
        months(from, amounts).into_iter().chain(months(then, ahead)).collect::<BTreeMap<_, _>>()
    };
    let level = [50_00, 50_00, 50_00, 50_00, 20_00];
    for (name, today, variable, spent, certain, expected, course) in [
        ("nothing else", (2026, 5), months((2026, 6), &[83_00; 7]), 0, 581_00, Some(581_00), Course::Within),
        (
            "less than the level",
            (2026, 5),
            and((2026, 1), &level, (2026, 6), &[30_00; 7]),
            220_00,
            430_00,
            Some(600_00),
            Course::Within,
        ),
        (
            "more than the level",
            (2026, 5),
            and((2026, 1), &level, (2026, 6), &[80_00; 7]),
            220_00,
            780_00,
            Some(810_00),
            Course::Within,
        ),
        (
            "more than the budget",
            (2026, 5),
            and((2026, 1), &level, (2026, 6), &[200_00; 7]),
            220_00,
            1_620_00,
            Some(1_650_00),
            Course::LeadsOver,
        ),
        (
            "a single month",
            (2026, 5),
            and((2026, 1), &level, (2026, 9), &[70_00]),
            220_00,
            290_00,
            Some(620_00),
            Course::Within,
        ),
        (
            "beyond the budget's end",
            (2026, 5),
            and((2026, 1), &level, (2027, 1), &[900_00; 5]),
            220_00,
            220_00,
            Some(600_00),
            Course::Within,
        ),
        (
            "too few months",
            (2026, 5),
            and((2026, 5), &[10_00], (2026, 6), &[180_00; 7]),
            10_00,
            1_270_00,
            None,
            Course::LeadsOver,
        ),
        (
            "before it begins",
            (2025, 11),
            and((2025, 1), &[50_00; 10], (2026, 3), &[70_00]),
            0,
            70_00,
            Some(620_00),
            Course::Within,
        ),
    ] {
        let variable = Spent { variable, ..Spent::default() };
        let today = date(today.0, today.1, 12);
        let stands = outlook(&own, &variable, today).unwrap();
        assert_eq!((stands.spent, stands.certain, stands.course()), (eur(spent), eur(certain), course), "{name}");
        assert_eq!(stands.forecast.map(|forecast| forecast.expected), expected.map(eur), "{name}");
        let by: Vec<Option<Money>> =
            by_months(&own, &variable, today).unwrap().iter().map(|month| month.expected).collect();
        let Some(forecast) = stands.forecast else { continue };
        assert!(forecast.low.minor() >= certain && forecast.high.minor() >= forecast.expected.minor(), "{name}");
        assert_eq!(Money::sum(EUR, by.into_iter().flatten()).unwrap(), forecast.expected, "{name}");
    }
}

#[test]
fn what_somebody_must_renew_is_expected_and_not_certain() {
    let own = budget(Alerts { actual: [].into(), forecast: [40].into() });
    let fixed = months((2026, 1), &[40_00; 12]);
    let if_renewed = months((2026, 8), &[40_00; 5]);
    let spent = Spent { fixed: fixed.clone(), if_renewed: if_renewed.clone(), ..Spent::default() };
    let stands = outlook(&own, &spent, date(2026, 5, 12)).unwrap();
    let forecast = stands.forecast.unwrap();
    assert_eq!((stands.certain, forecast.expected, forecast.high), (eur(280_00), eur(480_00), eur(480_00)));
    assert_eq!(forecast.low, eur(280_00), "nobody may renew it");
    assert_eq!(stands.warnings, [Warning { what: Threshold::Forecast, percent: 40 }], "it is expected");
    let by = by_months(&own, &spent, date(2026, 5, 12)).unwrap();
    assert_eq!(by[11].expected, Some(eur(40_00)));
    // With other costs it is beside what those lead to.
    let variable = months((2025, 12), &[50_00; 5]);
    let stands = outlook(&own, &Spent { fixed, if_renewed, variable, ..Spent::default() }, date(2026, 5, 12)).unwrap();
    let forecast = stands.forecast.unwrap();
    assert_eq!((forecast.low, forecast.expected), (eur(480_00 + 600_00 - 200_00), eur(480_00 + 600_00)));
    assert_eq!(stands.certain, eur(280_00 + 4 * 50_00));
}

#[test]
fn what_is_expected_of_the_months_adds_up_to_the_forecast() {
    let own = budget(Alerts::default());
    let rising = [50_00, 52_00, 55_00, 53_00, 58_00, 60_00, 61_00, 66_00, 64_00, 70_00];
    for (today, from, last) in
        [((2026, 5), (2025, 7), 20_00), ((2026, 5), (2025, 7), 99_00), ((2025, 11), (2025, 1), 1_00)]
    {
        let variable = months(from, &[&rising[..], &[last]].concat());
        let spent = Spent { fixed: months((2026, 1), &[40_01; 12]), variable, ..Spent::default() };
        let today = date(today.0, today.1, 12);
        let whole = outlook(&own, &spent, today).unwrap().forecast.unwrap().expected;
        let by = by_months(&own, &spent, today).unwrap();
        assert_eq!(Money::sum(EUR, by.iter().map(|month| month.expected.unwrap())).unwrap(), whole, "{today}");
        assert_eq!((by.len(), by[11].spent, by[0].planned), (12, eur(40_01), eur(100_00)));
    }
    let young =
        Spent { fixed: months((2026, 1), &[40_00; 12]), variable: months((2026, 4), &[50_00; 2]), ..Spent::default() };
    let by = by_months(&own, &young, date(2026, 5, 1)).unwrap();
    assert_eq!((by[3].expected, by[4].expected, by[5].expected), (Some(eur(90_00)), None, None));
    let certain = Spent { variable: BTreeMap::new(), ..young };
    let stands = outlook(&own, &certain, date(2026, 5, 1)).unwrap();
    assert_eq!(stands.forecast.unwrap().high, eur(480_00), "where nothing else ever cost anything");
}

#[test]
fn other_amounts_are_told_of_again_and_what_is_closed_stays_as_it_is() {
    let (then, later) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(60).unwrap());
    let warned = told(budget(Alerts::default()), &[Warning { what: Threshold::Actual, percent: 50 }], then);
    let renamed =
        change(warned.clone(), BudgetChanges { name: Some("IT".into()), ..BudgetChanges::default() }, later).unwrap();
    assert_eq!((&*renamed.name, renamed.told.len(), renamed.updated_at), ("IT", 1, later));
    let months = Some(vec![eur(1_00); 2]);
    let other = change(warned.clone(), BudgetChanges { months, ..BudgetChanges::default() }, later).unwrap();
    assert_eq!((other.told.len(), other.last(), other.created_at), (0, Month::of(date(2026, 2, 1)), then));
    assert_eq!(change(warned.clone(), BudgetChanges::default(), later).unwrap(), warned);
    assert!(other.is_watched(Month::of(date(2026, 3, 1))) && !other.is_watched(Month::of(date(2026, 4, 1))));
    let closed = close(other, later);
    assert!(!closed.is_watched(Month::of(date(2026, 1, 1))));
    assert_eq!(close(closed.clone(), then), closed);
    let refused = change(closed, BudgetChanges::default(), later).unwrap_err();
    assert!(matches!(refused, domain::error::Refusal::Conflict { code: "budget_closed", .. }), "{refused:?}");
}

#[test]
fn each_threshold_warns_once_at_exactly_its_amount() {
    let alerts = Alerts { actual: [50, 80].into(), forecast: [100, 110].into() };
    let own = budget(alerts);
    let of = |budget: &Budget, minor: i64| {
        let spent = Spent { fixed: months((2026, 1), &[minor]), ..Spent::default() };
        outlook(budget, &spent, date(2027, 1, 1)).unwrap().warnings
    };
    let warning = |what, percent| Warning { what, percent };
    let (actual, forecast) = (Threshold::Actual, Threshold::Forecast);
    assert_eq!(of(&own, 599_99), []);
    assert_eq!(of(&own, 600_00), [warning(actual, 50)]);
    assert_eq!(of(&own, 1_200_00), [warning(actual, 50), warning(actual, 80), warning(forecast, 100)]);
    let own = told(own.clone(), &of(&own, 1_200_00), Timestamp::UNIX_EPOCH);
    assert_eq!(of(&own, 1_319_99), []);
    assert_eq!(of(&own, 1_320_00), [warning(forecast, 110)]);
    // What is certain is more than what is expected can be: the client's first invoice took the forecast away.
    let spent =
        Spent { fixed: months((2026, 1), &[109_00; 12]), variable: months((2026, 3), &[15_00]), ..Spent::default() };
    let early = outlook(&own, &spent, date(2026, 3, 9)).unwrap();
    assert_eq!((early.forecast, early.warnings), (None, vec![warning(forecast, 110)]));
}

#[test]
fn a_budget_names_what_is_wrong_with_it() {
    let good = budget(Alerts::default());
    let wrong = NewBudget {
        client: good.client,
        name: " ".into(),
        scope: Scope::Unit { unit: unit(2) },
        sources: ["Azure".into()].into(),
        from: good.from,
        months: vec![eur(1), eur(-1), Money::new(1, Currency::USD)],
        alerts: Alerts { actual: [0].into(), forecast: [501].into() },
    };
    let fields = |new: NewBudget| {
        let refused = add(good.id, new, &client(), Timestamp::UNIX_EPOCH).unwrap_err();
        let domain::error::Refusal::Invalid(faults) = refused else { panic!("{refused:?}") };
        let mut fields: Vec<String> = faults.iter().map(|fault| fault.field.clone()).collect();
        fields.sort_unstable();
        fields
    };
    let alerts = ["/alerts/actual", "/alerts/forecast"];
    let others = ["/months/1", "/months/2", "/name", "/scope/unit", "/sources"];
    assert_eq!(fields(wrong.clone()), [&alerts[..], &others[..]].concat());
    // Nobody pays in it.
    let months = vec![Money::new(1, Currency::from_code("XXX").unwrap())];
    assert!(fields(NewBudget { months, ..wrong.clone() }).contains(&"/months/0/currency".to_owned()));
    let elsewhere = NewBudget { scope: Scope::CostCentre { code: code("4712") }, ..wrong };
    assert!(fields(elsewhere).contains(&"/scope/code".to_owned()));
}

#[test]
fn a_cost_centre_goes_when_no_open_budget_names_it() {
    let own = Budget { scope: Scope::CostCentre { code: code("4711") }, ..budget(Alerts::default()) };
    let (one, other) = (code("4711"), code("4712"));
    let refused = still_named([&own].into_iter(), &[&one, &other].into()).unwrap_err();
    let domain::error::Refusal::Conflict { code, detail } = refused else { panic!("{refused:?}") };
    assert_eq!((code, detail.contains("IT 2026") && detail.contains("4711")), ("cost_centre_in_use", true), "{detail}");
    assert!(still_named([&own].into_iter(), &[&other].into()).is_ok());
    assert!(still_named([&budget(Alerts::default())].into_iter(), &[&one].into()).is_ok());
    assert!(still_named([&close(own, Timestamp::UNIX_EPOCH)].into_iter(), &[&one].into()).is_ok());
    // What the client has given up since keeps its budget.
    let gone = Budget { scope: Scope::CostCentre { code: other }, ..budget(Alerts::default()) };
    let renamed = BudgetChanges { name: Some("Old".into()), ..BudgetChanges::default() };
    assert_eq!(change(gone, renamed, Timestamp::UNIX_EPOCH).unwrap().name, "Old");
}

#[test]
fn a_budget_holds_leads_over_or_is_over() {
    let own = budget(Alerts::default());
    let on = |minor: i64, months_spent: usize| {
        let spent = Spent { fixed: months((2026, 1), &vec![minor; months_spent]), ..Spent::default() };
        outlook(&own, &spent, date(2026, 6, 30)).unwrap().course()
    };
    assert_eq!((on(100_00, 12), on(100_01, 12)), (Course::Within, Course::LeadsOver));
    assert_eq!((on(200_00, 6), on(200_01, 6)), (Course::Within, Course::Over));
}
