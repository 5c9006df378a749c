//! Where a budget leads when files tell of it day by day: no part of a month is a whole one, and eight of ten years end within
//! the range.

use std::collections::BTreeMap;

use domain::billing::reports::Month;
use domain::budgets::{Alerts, Budget, Cost, Costs, DailySums, Scope, Told, by_months, outlook, spent_as_told};
use domain::ids::ImportId;
use domain::insights::costs::{DayCost, Days};
use domain::insights::covered::Covered;
use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use uuid::Uuid;

use crate::common::budgets::{Noise, budget_of_2026, unit};
use crate::common::contracts::eur;
use crate::common::the_client;

fn budget() -> Budget {
    budget_of_2026(&the_client(), Scope::Client {}, 1_000_00, Alerts::default())
}

fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    from.series(1.day()).take_while(move |day| *day <= to)
}

/// A source whose files told of these days, each at so much.
#[derive(Default)]
struct Files {
    costs: Costs,
    told: BTreeMap<String, Told>,
}

impl Files {
    fn of(mut self, source: &str, from: Date, to: Date, cost: impl Fn(Date) -> i64) -> Self {
        let covered = Covered::default().with(ImportId::from_uuid(Uuid::nil()), from, to).0;
        let costly: Days = days(from, to).filter(|on| cost(*on) != 0).map(|on| (on, DayCost::of(1))).collect();
        let mut months: BTreeMap<Month, i64> = BTreeMap::new();
        for on in days(from, to) {
            *months.entry(Month::of(on)).or_default() += cost(on);
        }
        self.told.insert(source.into(), Told::of(covered, &costly));
        let mut by_day: BTreeMap<Month, BTreeMap<Date, i64>> = BTreeMap::new();
        for on in days(from, to) {
            by_day.entry(Month::of(on)).or_default().insert(on, cost(on));
        }
        self.costs.by_day.push(DailySums { source: source.into(), currency: Currency::EUR, months: by_day });
        self.costs.all.extend(months.into_iter().filter(|(_, minor)| *minor != 0).map(|(month, minor)| Cost {
            month,
            source: source.into(),
            product: None,
            unit: None,
            centre: None,
            amount: eur(minor),
        }));
        self
    }

    /// With fees for whole months, known on their first day.
    fn and_fees(mut self, source: &str, fees: &[(Date, i64)]) -> Self {
        let fees = fees.iter().map(|(on, minor)| Cost {
            month: Month::of(*on),
            source: source.into(),
            product: None,
            unit: None,
            centre: None,
            amount: eur(*minor),
        });
        self.costs.of_periods.extend(fees);
        self.costs.all.extend(self.costs.of_periods.iter().cloned());
        self
    }

    /// Low, expected, high and what is spent; none without a forecast.
    fn lead(&self, today: Date) -> Option<[i64; 4]> {
        self.lead_in(Scope::Client {}, today)
    }

    fn lead_in(&self, scope: Scope, today: Date) -> Option<[i64; 4]> {
        let own = Budget { scope, ..budget() };
        let spent = spent_as_told(&self.costs, &own, &BTreeMap::new(), &self.told, today).unwrap();
        let stands = outlook(&own, &spent, today).unwrap();
        let by = by_months(&own, &spent, today).unwrap();
        let forecast = stands.forecast?;
        let sum: i64 = by.iter().map(|month| month.expected.unwrap().minor()).sum();
        assert_eq!(sum, forecast.expected.minor(), "the months add up to the forecast");
        assert!(forecast.low.minor() >= stands.certain.minor(), "{stands:?}");
        assert!(forecast.low.minor() <= sum && sum <= forecast.high.minor(), "{stands:?}");
        Some([forecast.low.minor(), sum, forecast.high.minor(), stands.spent.minor()])
    }
}

const TODAY: Date = date(2026, 11, 22);
const YESTERDAY: Date = date(2026, 11, 21);

/// What the year comes to at these daily costs, from a day on.
fn truth(from: Date, cost: impl Fn(Date) -> i64) -> i64 {
    days(from, date(2026, 12, 31)).map(cost).sum()
}

fn near(got: i64, wanted: i64, percent: i64) -> bool {
    (got - wanted).abs() * 100 <= wanted * percent
}

#[test]
fn what_doubled_this_month_is_expected_to_stay_so_for_its_last_days_and_shows_in_the_next_month() {
    let cost = |on: Date| if on >= date(2026, 11, 1) { 200_00 } else { 100_00 };
    let files = Files::default().of("aws", date(2026, 1, 1), YESTERDAY, cost);
    let [low, expected, high, spent] = files.lead(TODAY).unwrap();
    let whole = truth(date(2026, 1, 1), cost);
    assert_eq!(spent, 34_600_00);
    assert!(near(expected, whole, 5) && low <= whole && whole <= high, "{low} {expected} {high}, of {whole}");
    // The nine days that are left are more than they usually are, and at most what they are now.
    let own = budget();
    let as_told = spent_as_told(&files.costs, &own, &BTreeMap::new(), &files.told, TODAY).unwrap();
    let november = by_months(&own, &as_told, TODAY).unwrap()[10].expected.unwrap().minor();
    assert!((5_500_00..=6_000_00).contains(&november), "{november}");
    // What came once on the second is spent, and hardly more of it is expected.
    let once = |on: Date| if on == date(2026, 11, 2) { 3_100_00 } else { 100_00 };
    let files = Files::default().of("aws", date(2026, 1, 1), YESTERDAY, once);
    let as_told = spent_as_told(&files.costs, &own, &BTreeMap::new(), &files.told, TODAY).unwrap();
    let november = by_months(&own, &as_told, TODAY).unwrap()[10].expected.unwrap().minor();
    assert!((6_000_00..=7_000_00).contains(&november), "{november}");
}

#[test]
fn one_large_day_of_the_month_that_runs_is_expected_of_no_month_to_come_and_what_stays_or_comes_again_is() {
    type ByDay<'a> = &'a dyn Fn(Date) -> i64;
    const AT_ONCE: bool = true;
    let more = |on: Date, of: i64, days: &[Date]| if days.contains(&on) { of } else { 0 };
    let (third, fifth, ninth) = (date(2026, 11, 3), date(2026, 11, 5), date(2026, 11, 9));
    let cases: [(&str, ByDay<'_>, bool); 10] = [
        ("one large day", &|on| 100_00 + more(on, 10_000_00, &[fifth]), AT_ONCE),
        ("two of them", &|on| 100_00 + more(on, 4_000_00, &[third, ninth]), AT_ONCE),
        ("the last one", &|on| 100_00 + more(on, 4_000_00, &[YESTERDAY]), AT_ONCE),
        ("a credit", &|on| 100_00 - more(on, 5_000_00, &[fifth]), AT_ONCE),
        ("a bill on the third", &|on| 100_00 + if on.day() == 3 { 3_000_00 } else { 0 }, AT_ONCE),
        ("a bill on the 25th, which is to come", &|on| 100_00 + if on.day() == 25 { 1_000_00 } else { 0 }, AT_ONCE),
        ("a level that rose", &|on| if on >= date(2026, 11, 1) { 200_00 } else { 100_00 }, !AT_ONCE),
        ("a level that fell", &|on| if on >= date(2026, 11, 1) { 100_00 } else { 400_00 }, !AT_ONCE),
        ("each Saturday", &|on| if on.weekday() == Weekday::Saturday { 1_000_00 } else { 10_00 }, !AT_ONCE),
        ("nothing", &|_| 100_00, !AT_ONCE),
    ];
    for (name, cost, at_once) in cases {
        let files = Files::default().of("aws", date(2025, 11, 1), YESTERDAY, cost);
        let [low, expected, high, _] = files.lead(TODAY).unwrap();
        let whole = truth(date(2026, 1, 1), cost);
        assert!(near(expected, whole, 5), "{name}: {low} {expected} {high}, of {whole}");
        // What is no large day by itself leads to the same as if nobody knew of days.
        let mut blind = files;
        blind.costs.by_day.clear();
        assert_eq!(blind.lead(TODAY).unwrap()[1] != expected, at_once, "{name}");
    }
    // Four days are no large day any more: it leads on as it comes.
    let rising = |on: Date| if on >= date(2026, 11, 18) { 500_00 } else { 100_00 };
    let mut files = Files::default().of("aws", date(2025, 11, 1), YESTERDAY, rising);
    let known = files.lead(TODAY).unwrap();
    files.costs.by_day.clear();
    assert_eq!(files.lead(TODAY).unwrap(), known);
}

#[test]
fn a_level_that_moved_in_the_month_before_is_not_forgotten_as_the_next_one_begins() {
    let [oct, nov, dec, never] = [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)];
    let rose = |from: Date, to: Date| move |on: Date| if from <= on && on < to { 500_00 } else { 100_00 };
    let (stays, is_over, of_october) = (rose(nov, never), rose(nov, dec), rose(oct, never));
    let large = |on: Date| if on == date(2026, 11, 12) { 10_000_00 } else { 100_00 };
    type DayCosts<'a> = &'a dyn Fn(Date) -> i64;
    let cases: [(&str, Date, DayCosts<'_>, i64); 4] = [
        ("it stays", date(2026, 12, 2), &stays, 2),
        ("it is over", date(2026, 12, 2), &is_over, 2),
        ("one large day", date(2026, 12, 2), &large, 2),
        // Of December it is not sure yet, and says so.
        ("it stays, a month earlier", date(2026, 11, 2), &of_october, 10),
    ];
    for (name, today, cost, percent) in cases {
        let files = Files::default().of("aws", date(2025, 11, 1), today.yesterday().unwrap(), cost);
        let [low, expected, high, _] = files.lead(today).unwrap();
        let whole = truth(date(2026, 1, 1), cost);
        // Where days are all alike the range is a few euros wide.
        let is_within = low <= whole && whole <= high || near(expected, whole, 1);
        assert!(near(expected, whole, percent) && is_within, "{name}: {low} {expected} {high}, of {whole}");
    }
}

#[test]
fn a_large_day_is_of_the_department_that_had_it() {
    let steady = |_: Date| 50_00;
    let large = |on: Date| if on == date(2026, 11, 5) { 10_050_00 } else { 50_00 };
    let all = Files::default().of("aws", date(2025, 11, 1), YESTERDAY, |on| steady(on) + large(on));
    let mut files = Files { costs: Costs { all: Vec::new(), ..all.costs }, ..all };
    for (n, cost) in [(1, &steady as &dyn Fn(Date) -> i64), (2, &large as &dyn Fn(Date) -> i64)] {
        let own = Files::default().of("aws", date(2025, 11, 1), YESTERDAY, cost);
        let own = own.costs.all.into_iter().map(|of| Cost { unit: Some(unit(n)), ..of });
        files.costs.all.extend(own);
    }
    for (n, cost) in [(1, &steady as &dyn Fn(Date) -> i64), (2, &large as &dyn Fn(Date) -> i64)] {
        let [_, expected, _, _] = files.lead_in(Scope::Unit { unit: unit(n) }, TODAY).unwrap();
        let whole = truth(date(2026, 1, 1), cost);
        assert!(near(expected, whole, 1), "{n}: {expected}, of {whole}");
    }
}

#[test]
fn a_months_fee_is_in_what_the_month_leads_to_once_however_few_of_its_days_are_told() {
    let (sep, oct, nov) = (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1));
    for (name, from, to, fees, whole) in [
        ("in the first month", nov, 10, vec![(nov, 10_000_00)], 13_000_00),
        ("as usual", sep, 3, vec![(sep, 10_000_00), (oct, 10_000_00), (nov, 10_000_00)], 13_000_00),
        ("as usual, near the end", sep, 29, vec![(sep, 10_000_00), (oct, 10_000_00), (nov, 10_000_00)], 13_000_00),
        ("for the first time", sep, 3, vec![(nov, 10_000_00)], 13_000_00),
        ("more than usual", sep, 3, vec![(sep, 4_000_00), (oct, 4_000_00), (nov, 10_000_00)], 13_000_00),
        // Nine tenths of the month are not told.
        ("still to come", sep, 3, vec![(sep, 10_000_00), (oct, 10_000_00)], 12_000_00),
        ("never", sep, 3, vec![], 3_000_00),
        ("a credit", nov, 10, vec![(nov, -500_00)], 2_500_00),
    ] {
        let files = Files::default().of("aws", from, date(2026, 11, to), |_| 100_00).and_fees("aws", &fees);
        let today = date(2026, 11, to + 1);
        let told = spent_as_told(&files.costs, &budget(), &BTreeMap::new(), &files.told, today).unwrap();
        assert_eq!(told.parts[&Month::of(nov)].whole, eur(whole), "{name}");
    }
}

#[test]
fn a_month_that_is_told_in_part_counts_as_no_whole_one() {
    let level = |_: Date| 100_00;
    for (name, from, to) in [
        ("from the 28th of August", date(2026, 8, 28), YESTERDAY),
        ("from the middle of August", date(2026, 8, 17), YESTERDAY),
        ("until the 20th of October", date(2026, 1, 1), date(2026, 10, 20)),
        ("all of it", date(2026, 1, 1), YESTERDAY),
    ] {
        let files = Files::default().of("aws", from, to, level);
        let [low, expected, high, _] = files.lead(TODAY).unwrap();
        let whole = truth(from, level);
        assert!(near(expected, whole, 2), "{name}: {low} {expected} {high}, of {whole}");
    }
    let young = Files::default().of("aws", date(2026, 9, 25), YESTERDAY, level);
    assert_eq!(young.lead(TODAY), None, "one whole month is too few");
    // A second source that came late counts whole from its first month on, one that ended is not expected any more, and
    // one that has one cost a month comes as it comes.
    let both = Files::default().of("aws", date(2026, 1, 1), YESTERDAY, level).of(
        "azure",
        date(2026, 8, 10),
        YESTERDAY,
        |_| 10_00,
    );
    let whole = truth(date(2026, 1, 1), level) + truth(date(2026, 8, 10), |_| 10_00);
    assert!(near(both.lead(TODAY).unwrap()[1], whole, 5));
    let monthly = |on: Date| if on.day() == 3 { 300_00 } else { 0 };
    let monthly = Files::default().of("plan", date(2026, 1, 3), date(2026, 11, 3), monthly);
    assert_eq!(monthly.lead(TODAY).unwrap()[..3], [12 * 300_00; 3]);
    let ended = Files::default().of("aws", date(2026, 1, 1), date(2026, 8, 31), level);
    let [low, expected, _, spent] = ended.lead(TODAY).unwrap();
    assert!(low >= spent && expected >= spent);
    let ended = spent_as_told(&ended.costs, &budget(), &BTreeMap::new(), &ended.told, TODAY).unwrap();
    assert!(ended.parts.is_empty(), "{:?}", ended.parts);
}

#[test]
fn eight_of_ten_years_end_within_the_range_whether_months_keep_a_level_rise_or_walk() {
    for today in [TODAY, date(2026, 10, 17)] {
        for (name, step, rise, noise) in
            [("level", 0.0, 0.0, 0.10), ("trend", 0.0, 0.03, 0.05), ("walk", 0.06, 0.0, 0.0)]
        {
            let mut chance = Noise(20_261_122);
            let (years, mut within) = (400, 0);
            for _ in 0..years {
                let mut walked = 1.0;
                let months: Vec<f64> = (0..12)
                    .map(|month| {
                        walked *= 1.0 + step * chance.normal();
                        10_000.0 * (walked + rise * f64::from(month)) * (1.0 + noise * chance.normal())
                    })
                    .collect();
                let cost = |on: Date| {
                    let month = usize::try_from(on.month()).unwrap() - 1;
                    (months[month] * 30.0 / f64::from(on.days_in_month())).round() as i64
                };
                let files = Files::default().of("aws", date(2026, 1, 1), today.yesterday().unwrap(), cost);
                let [low, _, high, _] = files.lead(today).unwrap();
                let came = truth(date(2026, 1, 1), cost);
                within += usize::from(low <= came && came <= high);
            }
            let percent = within * 100 / years;
            assert!((70..=92).contains(&percent), "{name} on {today}: {percent} %");
        }
    }
}
