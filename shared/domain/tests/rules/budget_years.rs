//! Eight of ten years end within the range that a budget leads to, in years of many shapes: each is told day by day until a day
//! of it, as files tell of a cloud's costs, and then compared with what it comes to.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

use crate::common::budgets::Noise;
use crate::common::told::{Files, days, truth};

/// Years of each shape.
const YEARS: u64 = 100;
/// The first day that is known.
const FIRST: Date = date(2025, 6, 1);
const NEW_YEAR: Date = date(2026, 1, 1);

/// What a day comes to.
type Days = Box<dyn Fn(Date) -> i64>;
/// A year of which today is known, by chance.
type Shape = fn(&mut Noise, Date) -> Days;

/// Days of a mean, each off by such a part of it.
fn off(chance: &mut Noise, part: f64, mean: impl Fn(Date) -> f64) -> Days {
    let each = days(FIRST, date(2026, 12, 31)).map(|on| (mean(on) * (1.0 + part * chance.normal())).round() as i64);
    let each: Vec<i64> = each.collect();
    Box::new(move |on| each[at(on)])
}

fn at(on: Date) -> usize {
    usize::try_from((on - FIRST).get_days()).unwrap()
}

fn months(on: Date) -> f64 {
    at(on) as f64 / 30.4
}

/// A day so many days before today.
fn ago(chance: &mut Noise, today: Date, least: i64, most: i64) -> Date {
    today - (least + (chance.even() * (most - least) as f64) as i64).days()
}

/// A factor from one third to two thirds, or from one and a half to five.
fn factor(chance: &mut Noise) -> f64 {
    let (least, most): (f64, f64) = if chance.even() < 0.5 { (2.0 / 3.0, 1.0 / 3.0) } else { (1.5, 5.0) };
    least * (most / least).powf(chance.even())
}

/// A level that became another one on a day some days ago.
fn moved(chance: &mut Noise, today: Date, (least, most): (i64, i64), part: f64) -> Days {
    let (since, factor) = (ago(chance, today, least, most), factor(chance));
    off(chance, part, move |on| if on >= since { 100_00.0 * factor } else { 100_00.0 })
}

/// A level that was another one for some days.
fn was_another(chance: &mut Noise, today: Date, (least, most): (i64, i64), long: (i64, i64)) -> Days {
    let (until, factor) = (ago(chance, today, least, most), factor(chance));
    let since = ago(chance, until, long.0, long.1);
    off(chance, 0.05, move |on| if since <= on && on < until { 100_00.0 * factor } else { 100_00.0 })
}

/// Days that come to as much more.
fn beside(chance: &mut Noise, more: impl Fn(Date) -> f64) -> Days {
    off(chance, 0.05, move |on| 100_00.0 + more(on))
}

/// A level with a factor for each month.
fn by_months(chance: &mut Noise, next: impl Fn(f64, f64) -> f64) -> Days {
    let mut level = 1.0;
    let months: Vec<f64> = (0..19)
        .map(|_| {
            level = next(level, chance.normal());
            level
        })
        .collect();
    off(chance, 0.03, move |on| {
        100_00.0 * months[usize::try_from(i32::from(on.year() - 2025) * 12 + i32::from(on.month()) - 6).unwrap()]
    })
}

fn works(on: Date) -> bool {
    !matches!(on.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Years, and of how many in a hundred the end must be within the range.
const SHAPES: [(&str, usize, Shape); 28] = [
    ("keeps a level", 80, |chance, _| off(chance, 0.05, |_| 100_00.0)),
    ("keeps a level, and days are far apart", 80, |chance, _| off(chance, 0.3, |_| 100_00.0)),
    ("keeps a level, and months are apart", 75, |chance, _| by_months(chance, |_, chance| 1.0 + 0.1 * chance)),
    ("comes when somebody works", 80, |chance, _| off(chance, 0.05, |on| if works(on) { 140_00.0 } else { 0.0 })),
    ("has less at weekends", 80, |chance, _| off(chance, 0.1, |on| if works(on) { 120_00.0 } else { 30_00.0 })),
    ("has a bill in each month", 80, |chance, _| {
        let bill = 1 + (chance.even() * 28.0) as i8;
        beside(chance, move |on| if on.day() == bill { 3_000_00.0 } else { 0.0 })
    }),
    ("has a bill on each month's last day", 80, |chance, _| {
        beside(chance, |on| if on.day() == on.days_in_month() { 3_000_00.0 } else { 0.0 })
    }),
    ("has two bills in each month", 80, |chance, _| {
        let bill = 1 + (chance.even() * 14.0) as i8;
        beside(chance, move |on| if [bill, bill + 14].contains(&on.day()) { 2_000_00.0 } else { 0.0 })
    }),
    ("has a bill in each week", 80, |chance, _| {
        off(chance, 0.05, |on| if on.weekday() == Weekday::Monday { 710_00.0 } else { 10_00.0 })
    }),
    // Of a level that began yesterday nobody can know: only of one that is some days old.
    ("moved within two weeks", 75, |chance, today| moved(chance, today, (1, 14), 0.05)),
    ("moved some days ago", 90, |chance, today| moved(chance, today, (5, 14), 0.05)),
    ("moved this month or the last one", 85, |chance, today| moved(chance, today, (14, 60), 0.05)),
    ("moved months ago", 85, |chance, today| moved(chance, today, (60, 200), 0.05)),
    ("moved, and days are far apart", 75, |chance, today| moved(chance, today, (14, 60), 0.3)),
    ("moved, and comes when somebody works", 85, |chance, today| {
        let (since, factor) = (ago(chance, today, 14, 60), factor(chance));
        let level = move |on: Date| if on >= since { 140_00.0 * factor } else { 140_00.0 };
        off(chance, 0.05, move |on| if works(on) { level(on) } else { 0.0 })
    }),
    ("moved, and has a bill in each month", 85, |chance, today| {
        let (since, factor, bill) = (ago(chance, today, 14, 60), factor(chance), 1 + (chance.even() * 28.0) as i8);
        let bill = move |on: Date| if on.day() == bill { 3_000_00.0 } else { 0.0 };
        off(chance, 0.05, move |on| bill(on) + if on >= since { 100_00.0 * factor } else { 100_00.0 })
    }),
    ("fell to next to nothing, and days are far apart", 75, |chance, today| {
        let since = ago(chance, today, 14, 60);
        off(chance, 0.3, move |on| if on >= since { 2_00.0 } else { 100_00.0 })
    }),
    ("moved twice", 80, |chance, today| {
        let (one, other) = (ago(chance, today, 60, 100), ago(chance, today, 14, 60));
        let (first, again) = (factor(chance), factor(chance));
        let level = move |on| {
            if on >= other {
                first * again
            } else if on >= one {
                first
            } else {
                1.0
            }
        };
        off(chance, 0.05, move |on| 100_00.0 * level(on))
    }),
    ("was up for some days", 80, |chance, today| was_another(chance, today, (1, 50), (5, 13))),
    ("was up for a month", 80, |chance, today| was_another(chance, today, (14, 60), (14, 40))),
    ("had one large day", 80, |chance, today| {
        let (large, more) = (ago(chance, today, 1, 60), 10_000_00.0 * chance.even());
        beside(chance, move |on| if on == large { more } else { 0.0 })
    }),
    ("had a credit", 80, |chance, today| {
        let (credit, less) = (ago(chance, today, 1, 60), 5_000_00.0 * chance.even());
        beside(chance, move |on| if on == credit { -less } else { 0.0 })
    }),
    ("rises", 80, |chance, _| off(chance, 0.05, |on| 100_00.0 * (1.0 + 0.03 * months(on)))),
    ("grows by 3 % a month", 75, |chance, _| off(chance, 0.05, |on| 100_00.0 * 1.03_f64.powf(months(on)))),
    ("grows by 10 % a month", 75, |chance, _| off(chance, 0.05, |on| 100_00.0 * 1.1_f64.powf(months(on)))),
    ("falls by 5 % a month", 80, |chance, _| off(chance, 0.05, |on| 100_00.0 * 0.95_f64.powf(months(on)))),
    ("walks by days", 75, |chance, _| {
        let mut level = 100_00.0;
        let each = days(FIRST, date(2026, 12, 31)).map(|_| {
            level *= 1.0 + 0.02 * chance.normal();
            (level * (1.0 + 0.03 * chance.normal())).round() as i64
        });
        let each: Vec<i64> = each.collect();
        Box::new(move |on| each[at(on)])
    }),
    ("walks by months", 75, |chance, _| by_months(chance, |level, chance| level * (1.0 + 0.06 * chance))),
];

#[test]
fn eight_of_ten_years_end_within_the_range_however_their_days_come() {
    let mut measured = Vec::new();
    for (name, least, shape) in SHAPES {
        let (mut within, mut wide, mut apart) = (0, Vec::new(), Vec::new());
        for seed in 1..=YEARS {
            let mut chance = Noise::of(seed);
            let today = date(2026, 3, 1) + ((chance.even() * 295.0) as i64).days();
            let cost = shape(&mut chance, today);
            let files = Files::default().of("aws", FIRST, today.yesterday().unwrap(), &cost);
            let [low, expected, high, _] = files.lead(today).unwrap();
            let (whole, left) = (truth(NEW_YEAR, &cost), truth(today, &cost).max(1));
            within += usize::from(low <= whole && whole <= high);
            wide.push((high - low) * 50 / left);
            apart.push((expected - whole).abs() * 100 / left);
        }
        wide.sort_unstable();
        apart.sort_unstable();
        let middle = |of: &[i64]| of[of.len() / 2];
        println!("| {name} | {within} % | ± {} % | {} % |", middle(&wide), middle(&apart));
        measured.push((name, within, least));
    }
    let short: Vec<_> = measured.iter().filter(|(_, within, least)| within < least).collect();
    assert!(short.is_empty(), "{short:?}");
}

#[test]
fn eight_of_ten_years_end_within_the_range_whether_months_keep_a_level_rise_or_walk() {
    for today in [date(2026, 11, 22), date(2026, 10, 17)] {
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
