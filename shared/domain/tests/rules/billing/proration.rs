//! Parts of periods against a sum that is taken day by day.

use domain::billing::cycle::{Alignment, Cycle, Period, Schedule};
use domain::billing::proration::{Proration, Segment, Share, prorate};
use domain::money::{LARGEST_MINOR, exponent};
use domain::{Money, Refusal};
use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;

const EUR: Currency = Currency::EUR;
const MODES: [Proration; 3] = [Proration::ActualDays, Proration::FullPeriod, Proration::None];

fn major(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn segment(from: Date, to: Date, price: &str) -> Segment {
    Segment { from, to, price_of_full_period: major(price) }
}

fn cents(full: Period, segments: &[Segment], mode: Proration) -> Vec<i64> {
    prorate(full, segments, EUR, mode).unwrap().into_iter().map(Money::minor).collect()
}

const JUNE: Period = Period { from: date(2026, 6, 1), to: date(2026, 7, 1) };

#[test]
fn an_upgrade_in_the_middle_bills_each_day_once_at_its_own_price() {
    let halves = [segment(JUNE.from, date(2026, 6, 16), "10"), segment(date(2026, 6, 16), JUNE.to, "20")];
    assert_eq!(cents(JUNE, &halves, Proration::ActualDays), [500, 1_000]);
}

#[test]
fn the_divisor_is_the_whole_period_also_when_somebody_joins_inside_it() {
    let quarter = Period { from: date(2024, 4, 1), to: date(2024, 7, 1) };
    assert_eq!(cents(quarter, &[segment(date(2024, 5, 20), quarter.to, "91")], Proration::ActualDays), [4_200]);
    let over_february = Period { from: date(2025, 1, 31), to: date(2025, 2, 28) };
    assert_eq!(cents(over_february, &[segment(date(2025, 2, 25), over_february.to, "9")], Proration::ActualDays), [96]);
}

#[test]
fn one_price_in_pieces_comes_to_the_price() {
    let days: Vec<Segment> = (0..30)
        .map(|day| segment(JUNE.from.saturating_add(day.days()), JUNE.from.saturating_add((day + 1).days()), "99.99"))
        .collect();
    let parts = cents(JUNE, &days, Proration::ActualDays);
    assert_eq!(parts.iter().sum::<i64>(), 9_999);
    assert!(parts.iter().all(|part| (333..=334).contains(part)), "{parts:?}");
}

#[test]
fn without_proration_a_period_is_billed_once_or_not_at_all() {
    let (start, middle, end) = (JUNE.from, date(2026, 6, 16), JUNE.to);
    let up = [segment(start, middle, "10"), segment(middle, end, "20")];
    let down = [segment(start, middle, "20"), segment(middle, end, "10")];
    let joins = [segment(middle, end, "20")];
    let leaves = [segment(start, middle, "20")];
    let cases: [(&[Segment], &[i64], &[i64]); 5] = [
        (&up, &[0, 2_000], &[1_000, 0]),
        (&down, &[2_000, 0], &[2_000, 0]),
        (&joins, &[2_000], &[0]),
        (&leaves, &[2_000], &[2_000]),
        (&[], &[], &[]),
    ];
    for (segments, full_period, none) in cases {
        assert_eq!(cents(JUNE, segments, Proration::FullPeriod), full_period, "{segments:?}");
        assert_eq!(cents(JUNE, segments, Proration::None), none, "{segments:?}");
    }
}

#[test]
fn a_share_tells_the_days_of_the_whole_period() {
    let joined = Period { from: date(2026, 6, 17), to: date(2026, 12, 1) };
    assert_eq!(Proration::ActualDays.share(JUNE, joined).to_string(), "14/30");
    assert_eq!(Proration::FullPeriod.share(JUNE, joined).to_string(), "30/30");
    assert_eq!(Proration::None.share(JUNE, joined).to_string(), "0/30");
    assert_eq!(
        Proration::None.share(JUNE, Period { from: date(2025, 1, 1), to: date(2026, 6, 2) }).to_string(),
        "30/30"
    );
    for mode in MODES {
        assert_eq!(mode.share(JUNE, Period { from: JUNE.to, to: date(2026, 8, 1) }).days, 0);
    }
}

#[test]
fn segments_that_bill_a_day_twice_or_not_in_the_period_are_refused() {
    let (start, middle, end) = (JUNE.from, date(2026, 6, 16), JUNE.to);
    let wrong: [(&[Segment], &str); 6] = [
        (&[segment(start, middle, "1"), segment(date(2026, 6, 15), end, "1")], "/segments/1"),
        (&[segment(middle, end, "1"), segment(start, middle, "1")], "/segments/1"),
        (&[segment(date(2026, 5, 31), end, "1")], "/segments/0"),
        (&[segment(start, date(2026, 7, 2), "1")], "/segments/0"),
        (&[segment(middle, middle, "1")], "/segments/0"),
        (&[segment(start, end, "-0.01")], "/segments/0/price_of_full_period"),
    ];
    for (segments, at) in wrong {
        for mode in MODES {
            match prorate(JUNE, segments, EUR, mode).unwrap_err() {
                Refusal::Invalid(faults) => assert_eq!(faults[0].field, at, "{segments:?}"),
                other => panic!("{other}"),
            }
        }
    }
}

#[test]
fn what_is_too_much_is_refused_and_never_wraps() {
    for price in [Decimal::MAX, major("10000000000001")] {
        let whole = [Segment { price_of_full_period: price, ..segment(JUNE.from, JUNE.to, "0") }];
        for mode in MODES {
            assert!(matches!(prorate(JUNE, &whole, EUR, mode), Err(Refusal::Conflict { .. })), "{price}");
        }
    }
    let fine = Segment { price_of_full_period: Decimal::new(1, 28), ..segment(JUNE.from, date(2026, 6, 2), "0") };
    let dear = segment(date(2026, 6, 2), JUNE.to, "9999999999999");
    assert!(matches!(prorate(JUNE, &[fine, dear], EUR, Proration::ActualDays), Err(Refusal::Conflict { .. })));
}

#[test]
fn a_third_of_a_cent_is_not_half_a_cent_however_large_the_amount() {
    let sixty_first = |price: &str| {
        let of = Share { days: 1, of: 61 };
        of.of_amount(major(price), EUR).unwrap().minor()
    };
    // 61 × 1000000000000.005 and the least less.
    assert_eq!(sixty_first("61000000000000.305"), 100_000_000_000_001);
    assert_eq!(sixty_first("61000000000000.304999999999999"), 100_000_000_000_000);
}

/// Half away from zero, in integers.
fn round(numerator: i128, denominator: i128) -> i128 {
    (2 * numerator + denominator) / (2 * denominator)
}

/// A price in billionths of a major unit, as prices may have; the reference counts in those.
const BILLIONTHS: u32 = 9;

fn prices() -> impl Strategy<Value = i64> {
    prop_oneof![
        0_i64..100_000_000_000,
        (0_i64..1_000_000).prop_map(|cents| cents * 10_000_000),
        0_i64..=1_000_000_000_000_000_000,
        Just(0),
    ]
}

fn periods() -> impl Strategy<Value = Period> {
    (prop::sample::select(&Cycle::ALL[..]), any::<bool>(), 0_i32..20_000, 0_u32..200).prop_map(
        |(cycle, calendar, day, n)| {
            let anchor = date(2000, 1, 1).saturating_add(day.days());
            let alignment = if calendar { Alignment::Calendar } else { Alignment::Anniversary };
            Schedule { cycle, alignment, anchor, starts_on: anchor, ends_on: None }.nth(n).unwrap()
        },
    )
}

/// A period with segments in order, of which some touch and some leave days out; prices in billionths.
fn segmented() -> impl Strategy<Value = (Period, Vec<(Segment, i64)>)> {
    (periods(), prop::collection::vec((any::<prop::sample::Index>(), any::<bool>(), prices()), 1..12)).prop_map(
        |(full, cuts)| {
            let days = usize::try_from(full.days()).unwrap();
            let mut at: Vec<(usize, bool, i64)> =
                cuts.into_iter().map(|(index, on, price)| (index.index(days), on, price)).collect();
            at.sort_by_key(|(day, ..)| *day);
            at.dedup_by_key(|(day, ..)| *day);
            let ends: Vec<usize> = at.iter().skip(1).map(|(day, ..)| *day).chain([days]).collect();
            let date = |day: usize| full.from.saturating_add(i64::try_from(day).unwrap().days());
            let segments = at.iter().zip(ends).filter(|((_, on, _), _)| *on).map(|((from, _, price), to)| {
                let price_of_full_period = Decimal::new(*price, BILLIONTHS);
                (Segment { from: date(*from), to: date(to), price_of_full_period }, *price)
            });
            (full, segments.collect())
        },
    )
}

fn currencies() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec![Currency::EUR, Currency::JPY, Currency::KWD])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn parts_add_up_to_the_rounded_sum_of_the_days_and_none_is_far_off((full, segments) in segmented(), currency in currencies()) {
        let unit = 10_i128.pow(BILLIONTHS - exponent(currency)) * i128::from(full.days());
        let mut whole = 0_i128;
        let mut exact = vec![0_i128; segments.len()];
        let mut day = full.from;
        while day < full.to {
            for (n, (segment, price)) in segments.iter().enumerate() {
                if segment.from <= day && day < segment.to {
                    exact[n] += i128::from(*price);
                    whole += i128::from(*price);
                }
            }
            day = day.tomorrow().unwrap();
        }
        let only: Vec<Segment> = segments.iter().map(|(segment, _)| *segment).collect();
        let parts = prorate(full, &only, currency, Proration::ActualDays).unwrap();
        prop_assert_eq!(parts.len(), segments.len());
        prop_assert_eq!(parts.iter().map(|part| i128::from(part.minor())).sum::<i128>(), round(whole, unit));
        for (part, exact) in parts.iter().zip(exact) {
            prop_assert!((i128::from(part.minor()) * unit - exact).abs() * 2 < unit * 3, "{} of {}/{}", part, exact, unit);
        }
    }

    #[test]
    fn one_price_is_billed_exactly_however_often_it_is_cut((full, segments) in segmented(), price in prices(), currency in currencies()) {
        let price_of_full_period = Decimal::new(price, BILLIONTHS);
        let mut cuts: Vec<Date> = segments.iter().flat_map(|(segment, _)| [segment.from, segment.to]).chain([full.from, full.to]).collect();
        cuts.sort();
        cuts.dedup();
        let pieces: Vec<Segment> = cuts.windows(2).map(|pair| Segment { from: pair[0], to: pair[1], price_of_full_period }).collect();
        let once = Money::rounded(price_of_full_period, currency).unwrap();
        for mode in MODES {
            let parts = prorate(full, &pieces, currency, mode).unwrap();
            prop_assert_eq!(Money::sum(currency, parts).unwrap(), once, "{:?}", mode);
        }
    }

    #[test]
    fn a_cut_on_any_day_does_not_change_the_sum((full, segments) in segmented(), index in any::<prop::sample::Index>()) {
        if segments.is_empty() {
            return Ok(());
        }
        let whole: Vec<Segment> = segments.iter().map(|(segment, _)| *segment).collect();
        let mut cut = Vec::new();
        let chosen = index.index(whole.len());
        for (n, segment) in whole.iter().enumerate() {
            let middle = segment.from.saturating_add(((segment.to - segment.from).get_days() / 2).days());
            if n == chosen && middle > segment.from {
                cut.extend([Segment { to: middle, ..*segment }, Segment { from: middle, ..*segment }]);
            } else {
                cut.push(*segment);
            }
        }
        for mode in MODES {
            let sum = |segments: &[Segment]| Money::sum(EUR, prorate(full, segments, EUR, mode).unwrap()).unwrap();
            prop_assert_eq!(sum(&cut), sum(&whole), "{:?}", mode);
        }
    }

    #[test]
    fn the_whole_period_costs_the_dearest_price_and_no_proration_the_first_days_price((full, segments) in segmented()) {
        let only: Vec<Segment> = segments.iter().map(|(segment, _)| *segment).collect();
        let dearest = only.iter().map(|segment| segment.price_of_full_period).max().unwrap_or_default();
        let sum = |mode| Money::sum(EUR, prorate(full, &only, EUR, mode).unwrap()).unwrap();
        prop_assert_eq!(sum(Proration::FullPeriod), Money::rounded(dearest, EUR).unwrap());
        let on_first = only.iter().find(|segment| segment.from == full.from).map(|segment| segment.price_of_full_period);
        prop_assert_eq!(sum(Proration::None), Money::rounded(on_first.unwrap_or_default(), EUR).unwrap());
    }

    #[test]
    fn one_segment_costs_its_share_of_the_price((full, segments) in segmented(), currency in currencies()) {
        for (segment, price) in segments {
            let part = Period { from: segment.from, to: segment.to };
            let share = Proration::ActualDays.share(full, part);
            prop_assert_eq!((i64::from(share.days), i64::from(share.of)), (part.days(), full.days()));
            let got = prorate(full, &[segment], currency, Proration::ActualDays).unwrap();
            prop_assert_eq!(got[0], share.of_amount(Decimal::new(price, BILLIONTHS), currency).unwrap());
            prop_assert!(got[0].minor() <= LARGEST_MINOR);
        }
    }
}
