//! Bills of random contracts: however the runs are spread over the days, the same drafts; over a line's life, the sum
//! that a naive count day by day gives; and no amendment reaches into the past.

use std::collections::BTreeMap;

use crate::common::contracts::{UNTAXED, contract, facts, line_id};
use domain::billing::bill::*;
use domain::billing::contract::*;
use domain::billing::cycle::{Alignment, Cycle, Period, Schedule};
use domain::billing::dated::Dated;
use domain::billing::pricing::{Price, Pricing, Tier};
use domain::billing::simulate::simulate;
use domain::ids::*;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};
use uuid::Uuid;

const FIRST: Date = date(2027, 11, 20);

fn at(day: i64) -> Date {
    FIRST + day.days()
}

fn prices() -> impl Strategy<Value = Price> {
    let cents = (0_i64..90_000, 0_u32..5).prop_map(|(mantissa, places)| Decimal::new(mantissa, places));
    let tiers = (cents.clone(), cents.clone(), 1_i64..20).prop_map(|(low, high, up_to)| Pricing::Graduated {
        tiers: vec![
            Tier { up_to: Some(up_to.into()), unit_price: low, flat_fee: Decimal::ONE },
            Tier { up_to: None, unit_price: high, flat_fee: Decimal::ZERO },
        ],
        flat_fee_at_zero: false,
    });
    let pricing = prop_oneof![
        cents.clone().prop_map(|amount| Pricing::Flat { amount }),
        (cents.clone(), 0_i64..3).prop_map(|(price, free)| Pricing::PerUnit { price, free_units: free.into() }),
        tiers,
    ];
    (pricing, prop::option::weighted(0.3, cents)).prop_map(|(pricing, minimum)| Price {
        pricing,
        minimum,
        maximum: None,
    })
}

fn quantities() -> impl Strategy<Value = Quantity> {
    prop_oneof![
        3 => (0_u32..40).prop_map(|quantity| Quantity::Fixed { quantity: quantity.into() }),
        1 => Just(Quantity::Counted { what: Counted::Devices, product: None }),
    ]
}

/// A line of seats or usage that starts and maybe ends inside the term.
fn lines(n: u128) -> impl Strategy<Value = Line> {
    let dated = prop::collection::vec((0_i64..120, quantities()), 0..3);
    let shape = (0_i64..40, prop::option::weighted(0.3, 0_i64..100), any::<bool>(), prop::bool::weighted(0.25));
    (prices(), quantities(), dated, shape).prop_map(move |(price, quantity, changes, (from, long, advance, usage))| {
        let timing = if advance && !usage { Timing::Advance } else { Timing::Arrears };
        let kind = if usage { LineKind::Usage } else { LineKind::PerSeat };
        let mut line = crate::common::contracts::line(n, kind, timing, price, at(from));
        line.until = long.map(|days| at(from + days));
        if !usage {
            let mut by_day: BTreeMap<i64, Quantity> = changes.into_iter().collect();
            by_day.retain(|day, _| *day > from);
            line.quantity = vec![Dated::new(at(from), quantity)];
            line.quantity.extend(by_day.into_iter().map(|(day, quantity)| Dated::new(at(day), quantity)));
        }
        line
    })
}

fn schedules() -> impl Strategy<Value = Schedule> {
    let cycle = prop::sample::select(vec![Cycle::Weekly, Cycle::Monthly, Cycle::Monthly, Cycle::Quarterly]);
    (cycle, any::<bool>(), -40_i64..40, 41_i64..160).prop_map(|(cycle, calendar, anchor, ends)| Schedule {
        cycle,
        alignment: if calendar { Alignment::Calendar } else { Alignment::Anniversary },
        anchor: at(anchor),
        starts_on: FIRST,
        ends_on: Some(at(ends)),
    })
}

/// A contract of up to three lines, with counts, usage and charges.
fn cases() -> impl Strategy<Value = Facts> {
    let counts = prop::collection::btree_map(1_i64..150, 0_u32..30, 0..4);
    let usage = prop::collection::vec((0_usize..3, -5_i64..170, 0_u32..30), 0..8);
    let charges = prop::collection::vec((-5_i64..170, -3_000_i64..3_000), 0..3);
    (schedules(), (lines(0), lines(1), lines(2)), 1_usize..4, counts, usage, charges).prop_map(
        |(schedule, (first, second, third), many, counts, usage, charges)| {
            let mut facts = facts(contract(schedule, [first, second, third].into_iter().take(many).collect()));
            let count = |(day, quantity): (i64, u32)| Count {
                what: Counted::Devices,
                product: None,
                from: at(day),
                quantity: quantity.into(),
            };
            facts.counts = [(-30, 5)].into_iter().chain(counts).map(count).collect();
            for (n, (line, day, quantity)) in usage.into_iter().enumerate() {
                let Some(line) = facts.contract.lines.get(line) else { continue };
                if line.kind == LineKind::Usage && facts.contract.life(line).is_some() {
                    let id = UsageId::from_uuid(Uuid::from_u128(n as u128));
                    facts.usage.push(Usage { id, line: line.id, on: at(day), quantity: quantity.into() });
                }
            }
            for (n, (day, cents)) in charges.into_iter().enumerate() {
                facts.charges.push(Charge {
                    id: ChargeId::from_uuid(Uuid::from_u128(n as u128)),
                    on: at(day),
                    text: "Charge".into(),
                    quantity: Decimal::ONE,
                    unit: None,
                    unit_price: Decimal::new(cents, 2),
                    taxes: Vec::new(),
                    service: None,
                    late_for: None,
                });
            }
            facts
        },
    )
}

fn renewals() -> impl Strategy<Value = Renewal> {
    (prop::bool::weighted(0.3), 1_u16..4, 0_u16..50, -20_i64..20).prop_map(|(auto, months, notice_days, percent)| {
        Renewal { auto, months, notice_days, uplift: Uplift::Percent { percent: percent.into() }, notice_given: None }
    })
}

/// Drafts without what depends on the day of the run: how many lines were made on it, and which bill dates with nothing
/// to bill were passed in the same call.
fn unheld(drafts: Vec<Draft>) -> Vec<Draft> {
    drafts.into_iter().map(|draft| Draft { holds: Vec::new(), bookings: Vec::new(), ..draft }).collect()
}

fn book(facts: &Facts) -> Vec<(LineId, Vec<BookPeriod>)> {
    facts
        .book
        .lines
        .iter()
        .map(|(line, book)| (*line, book.periods.clone()))
        .filter(|(_, book)| !book.is_empty())
        .collect()
}

/// The drafts of runs on these days, and the facts after them.
fn runs(mut facts: Facts, days: impl IntoIterator<Item = Date>) -> (Vec<Draft>, Facts) {
    let mut drafts = Vec::new();
    for day in days {
        let billing = bill(&facts, day).unwrap();
        assert!(!billing.more);
        drafts.extend(billing.drafts);
        facts = billing.after;
    }
    (unheld(drafts), facts)
}

/// What a line costs by the definition: for each whole period, the sum over its days of the price of the whole period
/// at the day's quantity, over the period's days, rounded once; and at least its minimum, by days alike. In cents.
fn by_day(facts: &Facts, line: &Line) -> i64 {
    let open = Schedule { ends_on: None, ..facts.contract.schedule };
    let Some(life) = facts.contract.life(line) else { return 0 };
    let mut periods: BTreeMap<Period, (Decimal, Decimal)> = BTreeMap::new();
    let mut day = life.from;
    while day < life.to {
        let period = open.period_of(day).unwrap();
        let price = &line.price.iter().rfind(|dated| dated.from <= day).unwrap().value;
        let quantity = match line.quantity.iter().rfind(|dated| dated.from <= day).unwrap().value {
            Quantity::Fixed { quantity } => quantity,
            Quantity::Counted { .. } => {
                facts.counts.iter().filter(|count| count.from <= day).max_by_key(|count| count.from).unwrap().quantity
            }
        };
        let sums = periods.entry(period).or_default();
        sums.0 += naive_price(price, quantity);
        sums.1 += price.minimum.unwrap_or_default();
        day += 1.day();
    }
    let cents = |sum: Decimal, period: &Period| {
        let whole = sum * Decimal::ONE_HUNDRED / Decimal::from(period.days());
        let rounded = whole.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        i64::try_from(rounded.mantissa()).unwrap()
    };
    periods.iter().map(|(period, (sum, least))| cents(*sum, period).max(cents(*least, period))).sum()
}

fn naive_price(price: &Price, quantity: Decimal) -> Decimal {
    match &price.pricing {
        Pricing::Flat { amount } => *amount,
        Pricing::PerUnit { price, free_units } => *price * (quantity - free_units).max(Decimal::ZERO),
        Pricing::Graduated { tiers, .. } => {
            let mut sum = if quantity > Decimal::ZERO { tiers[0].flat_fee } else { Decimal::ZERO };
            let mut unit = Decimal::ONE;
            while unit <= quantity {
                sum += tiers[usize::from(unit > tiers[0].up_to.unwrap())].unit_price;
                unit += Decimal::ONE;
            }
            sum
        }
        other => panic!("{other:?}"),
    }
}

/// A change of one of the first lines, or of the contract.
fn changes() -> impl Strategy<Value = Change> {
    let line = || (0_u128..3).prop_map(line_id);
    prop_oneof![
        4 => (line(), quantities()).prop_map(|(line, quantity)| Change::SetQuantity { line, quantity }),
        2 => (line(), prices()).prop_map(|(line, price)| Change::SetPrice { line, price }),
        1 => line().prop_map(|line| Change::EndLine { line }),
        1 => Just(Change::End {}),
    ]
}

fn amendments() -> impl Strategy<Value = Vec<(i64, i64, Change)>> {
    prop::collection::vec((0_i64..150, 0_i64..30, changes()), 0..6).prop_map(|mut all| {
        all.sort_by_key(|(day, ..)| *day);
        all
    })
}

fn amendment(effective_on: Date, change: Change) -> Amendment {
    let by = UserId::from_uuid(Uuid::from_u128(1));
    Amendment { effective_on, changes: vec![change], note: String::new(), by, at: jiff::Timestamp::UNIX_EPOCH }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_rerun_adds_nothing_and_a_late_run_makes_what_daily_runs_make(
        facts in cases(),
        renewal in renewals(),
        split in 0_i64..200,
    ) {
        let mut facts = facts;
        facts.contract.renewal = renewal;
        let last = at(200);
        let (once, after) = runs(facts.clone(), [last]);
        prop_assert!(runs(after.clone(), [last]).0.is_empty());
        let keys: std::collections::BTreeSet<String> = once.iter().map(Draft::identity).collect();
        prop_assert_eq!(keys.len(), once.len(), "one identity each");

        let (twice, after_two) = runs(facts.clone(), [at(split), last]);
        prop_assert_eq!(&once, &twice);
        prop_assert_eq!(book(&after), book(&after_two));
        let (daily, after_all) = runs(facts, (0..=200).map(at));
        prop_assert_eq!(&once, &daily);
        prop_assert_eq!(after.contract, after_all.contract);
    }

    #[test]
    fn over_a_lines_life_each_day_is_billed_once_at_what_was_in_force(
        facts in cases(),
        amendments in amendments(),
        run_on in prop::collection::btree_set(0_i64..150, 0..12),
    ) {
        let mut facts = Facts { charges: Vec::new(), usage: Vec::new(), ..facts };
        let mut billed: BTreeMap<LineId, i64> = BTreeMap::new();
        let mut identities = std::collections::BTreeSet::new();
        for day in (0..200).map(at) {
            for (made, ahead, change) in amendments.iter().filter(|(made, ..)| at(*made) == day) {
                let amended = amend(facts.contract.clone(), &amendment(at(made + ahead), change.clone()), day);
                facts.contract = amended.unwrap_or(facts.contract);
            }
            if run_on.iter().any(|run| at(*run) == day) || day == at(199) {
                let billing = bill(&facts, day).unwrap();
                for draft in &billing.drafts {
                    prop_assert!(identities.insert(draft.identity()), "a second bill of {}", draft.on());
                }
                for line in billing.drafts.iter().flat_map(|draft| &draft.lines) {
                    *billed.entry(line_of(line.origin).unwrap()).or_default() += line.net.minor();
                }
                facts = billing.after;
            }
        }
        prop_assert_eq!(facts.contract.state, ContractState::Ended);
        for line in facts.contract.lines.iter().filter(|line| line.kind != LineKind::Usage) {
            let got = billed.get(&line.id).copied().unwrap_or_default();
            prop_assert_eq!(got, by_day(&facts, line), "{:#?} billed {:#?}", line, facts.contract.schedule);
        }
    }

    #[test]
    fn a_count_that_comes_late_is_billed_as_if_it_had_been_known_in_time(
        facts in cases(),
        known_on in prop::collection::vec(0_i64..40, 5),
    ) {
        // Each count is told some days after the day from which it holds; all are told before the last bill.
        let mut facts = Facts { charges: Vec::new(), usage: Vec::new(), ..facts };
        facts.contract.schedule.cycle = Cycle::Monthly;
        facts.contract.schedule.ends_on = Some(at(160));
        facts.counts.retain(|count| count.from <= at(100));
        let all = facts.counts.clone();
        let mut billed: BTreeMap<LineId, i64> = BTreeMap::new();
        for day in (0..200).map(at) {
            let told = |(count, late): &(&Count, &i64)| count.from < FIRST || count.from + late.days() <= day;
            facts.counts = all.iter().zip(&known_on).filter(told).map(|(count, _)| *count).collect();
            let billing = bill(&facts, day).unwrap();
            for line in billing.drafts.iter().flat_map(|draft| &draft.lines) {
                *billed.entry(line_of(line.origin).unwrap()).or_default() += line.net.minor();
            }
            facts = billing.after;
        }
        facts.counts = all;
        for line in facts.contract.lines.iter().filter(|line| line.kind != LineKind::Usage) {
            let got = billed.get(&line.id).copied().unwrap_or_default();
            prop_assert_eq!(got, by_day(&facts, line), "{:#?} billed {:#?}", line, facts.contract.schedule);
        }
    }

    #[test]
    fn an_amendment_never_changes_the_drafts_of_periods_before_it(
        facts in cases(),
        run_on in 0_i64..150,
        later in 0_i64..60,
        ahead in 0_i64..40,
        change in changes(),
    ) {
        let facts = bill(&facts, at(run_on)).unwrap().after;
        let (today, on) = (at(run_on + later), at(run_on + later + ahead));
        let Ok(contract) = amend(facts.contract.clone(), &amendment(on, change), today) else { return Ok(()) };
        let past = |facts: &Facts| {
            let mut drafts = unheld(bill(facts, at(250)).ok()?.drafts);
            drafts.retain(|draft| draft.billed.period.to <= on);
            drafts.iter_mut().for_each(|draft| draft.next_on = None);
            Some(drafts)
        };
        let was = past(&facts);
        // A line of usage that never starts after all refuses what was used of it.
        if let Some(is) = past(&Facts { contract, ..facts }) {
            prop_assert_eq!(was, Some(is));
        }
    }

    #[test]
    fn a_simulation_shows_what_the_run_will_make(facts in cases(), today in 0_i64..100) {
        let facts = Facts { counts: vec![facts.counts[0]], ..facts };
        let facts = bill(&facts, at(today)).unwrap().after;
        let shown = unheld(simulate(&facts, None, UNTAXED, at(today)).unwrap().bills.into_iter().map(|bill| bill.draft).collect());
        let (mut made, _) = runs(facts, [at(400)]);
        made.truncate(12);
        prop_assert_eq!(shown, made);
    }
}
