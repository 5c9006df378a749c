//! Prepaid hours against a desk that draws them a quarter of a minute at a time.

use std::collections::BTreeMap;

use crate::common::{user, uuid};
use domain::Refusal;
use domain::billing::codes::WorkTypeCode;
use domain::billing::hours::{Block, Bucket, BucketTerms, CoveredLine, Draw, Drawn, Prepaid, Rollover, Source, cover};
use domain::billing::work::{TimeKind, TimeLine};
use domain::ids::*;
use domain::money::Money;
use iso_currency::Currency;
use jiff::Span;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn work() -> WorkTypeCode {
    "remote".parse().unwrap()
}

fn block(n: u128, minutes: u32, bought_on: Date, expires_on: Option<Date>) -> Block {
    Block {
        id: BlockId::from_uuid(uuid(n)),
        client: ClientId::from_uuid(uuid(1)),
        minutes,
        price: Money::new(100_000, Currency::EUR),
        bought_on,
        expires_on,
        work_types: vec![],
        used: Decimal::ZERO,
        alerted: vec![],
    }
}

fn terms(minutes: u32, rollover: Rollover) -> BucketTerms {
    BucketTerms { minutes, rollover, overage_per_hour: None, work_types: vec![] }
}

fn month(n: i8) -> Date {
    date(2026, n, 1)
}

fn at_first(terms: BucketTerms, blocks: Vec<Block>) -> Prepaid {
    let bucket = terms.first(month(1), month(2));
    Prepaid { bucket: Some((terms, bucket)), blocks }
}

fn parts(drawn: &Drawn) -> Vec<(Option<u128>, Decimal)> {
    let of = |source: &Source| match source {
        Source::Bucket {} => None,
        Source::Block { block } => Some(block.uuid().as_u128()),
    };
    drawn.parts.iter().map(|(source, minutes)| (of(source), *minutes)).collect()
}

fn d(minutes: i64) -> Decimal {
    Decimal::from(minutes)
}

fn line(on: Date, minutes: u32, factor: &str) -> TimeLine {
    let (rate, factor): (Decimal, Decimal) = (d(120), factor.parse().unwrap());
    TimeLine {
        entry: TimeEntryId::from_uuid(uuid(1)),
        person: user(1),
        role: None,
        work_type: work(),
        on,
        kind: TimeKind::Business,
        worked: minutes,
        minutes,
        rate,
        factor,
        amount: Money::rounded(Decimal::from(minutes) * factor * d(2), Currency::EUR).unwrap(),
    }
}

#[test]
fn what_expires_first_is_drawn_first_and_what_never_expires_last() {
    let mut prepaid = at_first(
        terms(60, Rollover::None {}),
        vec![
            block(1, 60, month(1), None),
            block(2, 60, month(1), Some(date(2026, 1, 20))),
            block(3, 60, date(2025, 12, 1), Some(date(2026, 6, 1))),
            block(4, 60, month(1), Some(date(2026, 6, 1))),
        ],
    );
    let drawn = prepaid.draw(date(2026, 1, 10), &work(), d(330));
    let expected = [(Some(2), d(60)), (None, d(60)), (Some(3), d(60)), (Some(4), d(60)), (Some(1), d(60))];
    assert_eq!((parts(&drawn), drawn.left), (expected.to_vec(), d(30)));
}

#[test]
fn a_block_serves_the_work_of_its_own_days_and_kinds() {
    let own = block(1, 60, date(2026, 1, 10), Some(date(2026, 1, 20)));
    let drawn = |on: Date| Prepaid { bucket: None, blocks: vec![own.clone()] }.draw(on, &work(), d(1)).left;
    let days = [9, 10, 19, 20].map(|day| drawn(date(2026, 1, day)));
    assert_eq!(days, [d(1), d(0), d(0), d(1)]);
    let other = Block { work_types: vec!["on-site".parse().unwrap()], ..own };
    let mut prepaid = Prepaid { bucket: None, blocks: vec![other] };
    assert_eq!(prepaid.draw(date(2026, 1, 15), &work(), d(1)).left, d(1));
}

#[test]
fn each_alert_comes_once_even_when_minutes_come_back() {
    let mut prepaid = Prepaid { bucket: None, blocks: vec![block(1, 100, month(1), None)] };
    let mut draw = |minutes: i64| {
        let drawn = prepaid.draw(month(1), &work(), d(minutes));
        let alerts: Vec<u8> = prepaid.alerts().iter().map(|alert| alert.percent).collect();
        let draws: Vec<Draw> =
            drawn.parts.iter().map(|(source, minutes)| Draw { source: *source, minutes: *minutes }).collect();
        if minutes == 15 {
            prepaid.give_back(&draws, month(1));
        }
        alerts
    };
    assert_eq!([draw(79), draw(1), draw(14)], [vec![], vec![80], vec![]]);
    // The first takes it over 95 % and is given back; the second does so again.
    assert_eq!([draw(1), draw(15), draw(5)], [vec![95], vec![], vec![]]);
    let mut all_at_once = Prepaid { bucket: None, blocks: vec![block(1, 100, month(1), None)] };
    all_at_once.draw(month(1), &work(), d(500));
    assert_eq!(all_at_once.alerts().iter().map(|alert| alert.percent).collect::<Vec<_>>(), [80, 95]);
    assert!(all_at_once.alerts().is_empty());
}

#[test]
fn a_buckets_alerts_come_once_a_month() {
    let terms = terms(100, Rollover::None {});
    let mut prepaid = at_first(terms.clone(), vec![]);
    prepaid.draw(month(1), &work(), d(80));
    assert_eq!(prepaid.alerts().len(), 1);
    let next = terms.next(&prepaid.bucket.unwrap().1, month(3));
    let mut prepaid = Prepaid { bucket: Some((terms, next)), blocks: vec![] };
    prepaid.draw(month(2), &work(), d(80));
    assert_eq!(prepaid.alerts().iter().map(|alert| (alert.percent, alert.of)).collect::<Vec<_>>(), [(80, d(100))]);
}

fn left_after(rollover: Rollover, used: &[i64]) -> Vec<Decimal> {
    let terms = terms(100, rollover);
    let mut prepaid = at_first(terms.clone(), vec![]);
    let mut available = Vec::new();
    for (month_before, used) in (0_i32..).zip(used) {
        let (_, bucket) = prepaid.bucket.take().unwrap();
        let bucket = if month_before == 0 {
            bucket
        } else {
            terms.next(&bucket, month(1) + Span::new().months(month_before + 1))
        };
        available.push(bucket.available);
        prepaid.bucket = Some((terms.clone(), bucket));
        let on = month(1) + Span::new().months(month_before);
        assert_eq!(prepaid.draw(on, &work(), d(*used)).left, d(0));
    }
    available
}

#[test]
fn what_is_left_of_a_month_is_lost_kept_for_months_or_kept_up_to_a_cap() {
    assert_eq!(left_after(Rollover::None {}, &[30, 0, 0]), [d(100), d(100), d(100)]);
    assert_eq!(left_after(Rollover::Months { months: 1 }, &[30, 0, 0, 0]), [d(100), d(170), d(200), d(200)]);
    // In February the 70 of January go first.
    assert_eq!(left_after(Rollover::Months { months: 2 }, &[30, 60, 0, 0]), [d(100), d(170), d(210), d(300)]);
    assert_eq!(left_after(Rollover::Capped { minutes: 150 }, &[30, 0, 0, 0]), [d(100), d(170), d(250), d(250)]);
}

#[test]
fn a_months_minutes_are_good_for_whole_months_also_when_months_end_on_the_31st() {
    let terms = terms(100, Rollover::Months { months: 1 });
    let ends = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)];
    let mut bucket = terms.first(date(2025, 12, 31), ends[0]);
    for end in &ends[1..] {
        bucket = terms.next(&bucket, *end);
        assert_eq!(bucket.available, d(200), "until {end}");
    }
}

#[test]
fn a_bucket_that_is_joined_late_in_its_month_is_full() {
    assert_eq!(terms(600, Rollover::None {}).first(date(2026, 1, 30), month(2)).available, d(600));
}

#[test]
fn work_beyond_prepaid_hours_is_charged_at_the_overage_rate_or_the_cards() {
    let amounts =
        |covered: &[CoveredLine]| covered.iter().map(|line| (line.charged, line.amount.minor())).collect::<Vec<_>>();
    let lines = || vec![line(month(1), 60, "1"), line(month(1), 60, "1.5"), line(month(1), 60, "1")];
    let mut plain = at_first(terms(100, Rollover::None {}), vec![]);
    let (covered, alerts) = cover(lines(), &mut plain).unwrap();
    assert_eq!(amounts(&covered), [(d(0), 0), (d(50), 10_000), (d(60), 12_000)]);
    assert_eq!(alerts.len(), 2);
    let overage = BucketTerms { overage_per_hour: Some(d(90)), ..terms(100, Rollover::None {}) };
    let (covered, _) = cover(lines(), &mut at_first(overage, vec![])).unwrap();
    assert_eq!(amounts(&covered), [(d(0), 0), (d(50), 7_500), (d(60), 9_000)]);
}

#[test]
fn a_blocks_price_is_earned_as_it_is_drawn_and_wholly_when_it_expires() {
    let mut block = block(1, 300, month(1), Some(month(6)));
    let earned = |block: &Block, on| block.earned(on).unwrap().minor();
    let mut steps = vec![earned(&block, month(2))];
    for _ in 0..3 {
        block.used += d(100);
        steps.push(earned(&block, month(2)));
    }
    assert_eq!(steps, [0, 33_333, 66_667, 100_000]);
    block.used = d(1);
    assert_eq!((earned(&block, date(2026, 5, 31)), earned(&block, month(6))), (333, 100_000));
}

#[test]
fn blocks_and_buckets_that_cannot_be_are_refused_with_the_field() {
    let field = |checked: Result<(), Refusal>| match checked.unwrap_err() {
        Refusal::Invalid(faults) => faults[0].field.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(block(1, 60, month(1), Some(month(2))).check(), Ok(()));
    assert_eq!(field(block(1, 0, month(1), None).check()), "/minutes");
    assert_eq!(field(block(1, 1, month(1), Some(month(1))).check()), "/expires_on");
    assert_eq!(terms(60, Rollover::Capped { minutes: 60 }).check(), Ok(()));
    assert_eq!(field(terms(0, Rollover::None {}).check()), "/minutes");
    assert_eq!(field(terms(1, Rollover::Months { months: 0 }).check()), "/rollover/months");
    assert_eq!(
        field(BucketTerms { overage_per_hour: Some(d(-1)), ..terms(1, Rollover::None {}) }.check()),
        "/overage_per_hour"
    );
}

/// A quarter of a minute, with what it may be used for.
#[derive(Debug, Clone)]
struct Quarter {
    source: Source,
    from: Date,
    until: Option<Date>,
    used: bool,
}

/// Every quarter of a minute of every source is a coin; each is spent by looking through all of them.
struct SlowDesk {
    coins: Vec<Quarter>,
    told: Vec<(Source, u8)>,
}

impl SlowDesk {
    fn new(prepaid: &Prepaid) -> Self {
        let mut coins = Vec::new();
        let mut add = |source, from, until, minutes: Decimal| {
            let count = usize::try_from(minutes * d(4)).unwrap();
            coins.extend(vec![Quarter { source, from, until, used: false }; count]);
        };
        if let Some((_, bucket)) = &prepaid.bucket {
            bucket
                .layers
                .iter()
                .for_each(|layer| add(Source::Bucket {}, Date::MIN, Some(layer.expires_on), layer.left));
        }
        for block in &prepaid.blocks {
            add(Source::Block { block: block.id }, block.bought_on, block.expires_on, Decimal::from(block.minutes));
        }
        Self { coins, told: vec![] }
    }

    /// The source of the coin, the one that expires first; of equals the oldest, the bucket (whose month began before).
    fn spend(&mut self, on: Date, bucket_from: Date) -> Option<Source> {
        let serves = |coin: &&mut Quarter| {
            let in_time = matches!(coin.source, Source::Bucket {}) || coin.until.is_none_or(|until| on < until);
            !coin.used && coin.from <= on && in_time
        };
        let since = |coin: &Quarter| if matches!(coin.source, Source::Bucket {}) { bucket_from } else { coin.from };
        let order = |coin: &&mut Quarter| (coin.until.unwrap_or(Date::MAX), since(coin), coin.source);
        let coin = self.coins.iter_mut().filter(serves).min_by_key(order)?;
        coin.used = true;
        Some(coin.source)
    }

    fn alerts(&mut self) -> Vec<(Source, u8)> {
        let mut sources: Vec<Source> = self.coins.iter().map(|coin| coin.source).collect();
        sources.sort_unstable();
        sources.dedup();
        let mut new = Vec::new();
        for source in sources {
            let of = self.coins.iter().filter(|coin| coin.source == source);
            let (all, used) = of.fold((0, 0), |(all, used), coin| (all + 1, used + usize::from(coin.used)));
            new.extend(
                [80_u8, 95]
                    .map(|percent| (source, percent))
                    .into_iter()
                    .filter(|(_, percent)| used * 100 >= all * usize::from(*percent)),
            );
        }
        new.retain(|alert| !self.told.contains(alert));
        self.told.extend(&new);
        new
    }
}

fn rollovers() -> impl Strategy<Value = Rollover> {
    prop_oneof![
        Just(Rollover::None {}),
        (1_u8..4).prop_map(|months| Rollover::Months { months }),
        (1_u32..60).prop_map(|minutes| Rollover::Capped { minutes }),
    ]
}

fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let one = (1_u32..30, 0_i64..120, prop::option::weighted(0.8, 1_i64..150));
    prop::collection::vec(one, 0..4).prop_map(|all| {
        let block_of = |(n, (minutes, bought, days)): (u128, (u32, i64, Option<i64>))| {
            let bought_on = date(2025, 12, 1) + Span::new().days(bought);
            block(n, minutes, bought_on, days.map(|days| bought_on + Span::new().days(days)))
        };
        (1_u128..).zip(all).map(block_of).collect()
    })
}

/// What a slow bucket holds in each month: minutes by the number of months that they are still good for.
fn slow_next(rollover: Rollover, left: &[(u8, i64)], minutes: i64) -> Vec<(u8, i64)> {
    let mut next: Vec<(u8, i64)> = match rollover {
        Rollover::None {} => vec![],
        Rollover::Months { .. } => {
            left.iter().filter(|(good, _)| *good > 0).map(|(good, left)| (good - 1, *left)).collect()
        }
        Rollover::Capped { minutes } => {
            vec![(0, left.iter().map(|(_, left)| left).sum::<i64>().min(i64::from(minutes)))]
        }
    };
    next.push((if let Rollover::Months { months } = rollover { months } else { 0 }, minutes));
    next
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hours_are_drawn_as_a_desk_draws_them_that_takes_a_quarter_of_a_minute_at_a_time(
        minutes in 1_u32..40, rollover in rollovers(), blocks in blocks(), with_bucket in any::<bool>(), carried in 0_u32..30,
        works in prop::collection::vec((0_i64..90, 0_u32..25, 2_i64..9), 1..8),
    ) {
        let terms = terms(minutes, rollover);
        let mut first = terms.first(date(2025, 12, 1), month(1));
        first.layers[0].left = Decimal::from(carried.min(minutes));
        let bucket: Bucket = terms.next(&first, month(2));
        let mut prepaid = Prepaid { bucket: with_bucket.then_some((terms, bucket)), blocks };
        let mut slow = SlowDesk::new(&prepaid);
        for (day, minutes, quarters) in works {
            let on = date(2025, 12, 15) + Span::new().days(day);
            // The bucket's month is billed before the next one's work.
            let on = if with_bucket { on.min(date(2026, 1, 31)) } else { on };
            let drawn = prepaid.draw(on, &work(), Decimal::from(minutes) * Decimal::new(quarters * 25, 2));
            let (mut of, mut left) = (BTreeMap::<Source, i64>::new(), 0);
            for _ in 0..i64::from(minutes) * quarters {
                match slow.spend(on, month(1)) {
                    Some(source) => *of.entry(source).or_default() += 1,
                    None => left += 1,
                }
            }
            let quick: BTreeMap<Source, i64> =
                drawn.parts.iter().map(|(source, minutes)| (*source, i64::try_from(*minutes * d(4)).unwrap())).collect();
            prop_assert_eq!(quick, of);
            prop_assert_eq!(drawn.left * d(4), d(left));
            let mut alerts: Vec<(Source, u8)> = prepaid.alerts().iter().map(|alert| (alert.source, alert.percent)).collect();
            alerts.sort_unstable();
            prop_assert_eq!(alerts, slow.alerts());
        }
    }

    #[test]
    fn months_roll_over_as_minutes_do_that_are_counted_by_age(
        minutes in 1_u32..100, rollover in rollovers(), used in prop::collection::vec(0_i64..200, 1..12),
    ) {
        let terms = terms(minutes, rollover);
        let months = if let Rollover::Months { months } = rollover { months } else { 0 };
        let mut slow = vec![(months, i64::from(minutes))];
        let mut bucket = terms.first(month(1), month(2));
        for (nth, used) in (1_i32..).zip(used) {
            prop_assert_eq!(bucket.available, d(slow.iter().map(|(_, left)| left).sum()));
            let mut prepaid = Prepaid { bucket: Some((terms.clone(), bucket)), blocks: vec![] };
            let drawn = prepaid.draw(month(1) + Span::new().months(nth - 1), &work(), d(used));
            let mut wanted = used;
            for (_, left) in &mut slow {
                while wanted > 0 && *left > 0 {
                    (wanted, *left) = (wanted - 1, *left - 1);
                }
            }
            prop_assert_eq!(drawn.left, d(wanted));
            slow = slow_next(rollover, &slow, i64::from(minutes));
            bucket = terms.next(&prepaid.bucket.unwrap().1, month(1) + Span::new().months(nth + 1));
        }
    }
}
