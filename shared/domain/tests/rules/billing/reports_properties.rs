//! What owners look at adds up, whatever was sold, owed and worked.

use std::collections::BTreeMap;

use crate::common::contracts::*;
use crate::common::reported::*;
use domain::billing::contract::*;
use domain::billing::cycle::{Alignment, Cycle, Period, Schedule};
use domain::billing::dated::Dated;
use domain::billing::invoice::{Invoice, InvoiceLine};
use domain::billing::lines::Origin;
use domain::billing::pricing::{Price, Pricing};
use domain::billing::reports::*;
use domain::{ContractId, Money, UserId, Zone};
use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

const TODAY: Date = date(2026, 6, 15);
const CURRENCIES: [Currency; 3] = [Currency::EUR, Currency::USD, Currency::JPY];

fn steps_of_some_contracts() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let changes = prop::collection::btree_map(0_i32..30, prop_oneof![1 => Just(0_i64), 3 => 1_i64..1_000_000], 0..8);
    let steps = changes.prop_map(|changes| {
        changes.into_iter().map(|(at, monthly)| Step { from: month("2024-01").plus(at), monthly }).collect()
    });
    prop::collection::vec(steps, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn receivables_add_up_by_age_by_client_and_never_over_two_currencies(
        owing in prop::collection::vec((1_u128..6, 0_usize..3, 1_i64..10_000_000, -120_i64..200), 0..30),
    ) {
        let invoices: Vec<Invoice> = owing.iter().enumerate()
            .map(|(n, (client, currency, minor, late))| owed(n as u128, *client, CURRENCIES[*currency], *minor, TODAY - late.days()))
            .collect();
        let found = receivables(&invoices, TODAY).unwrap();
        for (index, currency) in CURRENCIES.into_iter().enumerate() {
            let mine = || owing.iter().filter(move |(_, of, ..)| *of == index);
            let Some(of) = found.iter().find(|of| of.currency == currency) else {
                prop_assert_eq!(mine().count(), 0);
                continue;
            };
            prop_assert_eq!(of.all.total.minor(), mine().map(|(.., minor, _)| minor).sum::<i64>());
            let old: i64 = mine().filter(|(.., late)| *late > 90).map(|(.., minor, _)| minor).sum();
            prop_assert_eq!(of.all.over_90.minor(), old);
            let mut sum = 0;
            for (_, ages) in &of.clients {
                prop_assert_eq!(ages.total.currency(), currency);
                let parts = [ages.not_due, ages.to_30, ages.to_60, ages.to_90, ages.over_90];
                prop_assert_eq!(parts.into_iter().map(Money::minor).sum::<i64>(), ages.total.minor());
                sum += ages.total.minor();
            }
            prop_assert_eq!(sum, of.all.total.minor());
        }
    }

    #[test]
    fn recurring_revenue_moves_from_opening_to_closing_exactly(contracts in steps_of_some_contracts()) {
        let all = movements(contracts.iter().map(Vec::as_slice));
        let (from, to) = (month("2024-05"), month("2026-12"));
        let rows = recurring_months(&all, Currency::EUR, from, to);
        prop_assert_eq!(rows.len(), 32);
        for row in rows {
            let moved = row.opening.minor() + row.new.minor() + row.expansion.minor() - row.contraction.minor() - row.churn.minor();
            prop_assert_eq!(moved, row.closing.minor());
            let standing: i64 = contracts.iter().map(|steps| in_month(steps, row.month)).sum();
            prop_assert_eq!(row.closing.minor(), standing);
            let parts = [row.new, row.expansion, row.contraction, row.churn];
            prop_assert!(parts.iter().all(|part| part.minor() >= 0));
            prop_assert!(parts.iter().filter(|part| !part.is_zero()).count() <= 1, "one client moves one way");
        }
    }

    #[test]
    fn what_changes_between_two_looks_makes_the_earlier_movements_the_later_ones(
        before in steps_of_some_contracts(),
        after in steps_of_some_contracts(),
    ) {
        let (before, after) = (movements(before.iter().map(Vec::as_slice)), movements(after.iter().map(Vec::as_slice)));
        for month in month("2024-01").up_to(month("2026-06")) {
            let of = |all: &BTreeMap<Month, Movement>| all.get(&month).copied().unwrap_or_default();
            let mut sum = of(&before);
            sum += of(&after).less(of(&before));
            prop_assert_eq!(sum, of(&after));
        }
    }

    #[test]
    fn twelve_months_and_what_is_left_over_are_the_year(minor in -domain::money::LARGEST_MINOR..=domain::money::LARGEST_MINOR) {
        let Recurring { annual, monthly, remainder } = a_month_of(eur(minor)).unwrap();
        prop_assert_eq!(monthly.minor() * 12 + remainder.minor(), annual.minor());
        prop_assert!(remainder.minor().abs() <= 6);
    }

    #[test]
    fn the_months_of_a_line_add_up_to_it_and_each_is_its_share_of_days(
        minor in -1_000_000_000_i64..1_000_000_000,
        start in 0_i64..1_000,
        days in 1_i64..1_500,
    ) {
        let from = date(2024, 1, 1) + start.days();
        let service = Period { from, to: from + days.days() };
        let parts = by_month(eur(minor), service);
        prop_assert_eq!(parts.iter().map(|(_, part)| part.minor()).sum::<i64>(), minor);
        for (month, part) in parts {
            let served = month.period().intersect(&service).map_or(0, |both| both.days());
            let exact = i128::from(minor) * i128::from(served);
            let off = i128::from(part.minor()) * i128::from(days) - exact;
            prop_assert!(off.abs() <= 2 * i128::from(days), "{} of {} in {}", part, minor, month);
        }
    }

    #[test]
    fn revenue_cells_add_up_to_the_lines_and_days_to_the_cells(
        lines in prop::collection::vec((-1_000_000_i64..1_000_000, prop::option::of((0_i64..700, 1_i64..400)), 0_usize..4), 1..20),
    ) {
        let contract = ContractId::from_uuid(Uuid::from_u128(7));
        let origins = [Origin::Manual {}, Origin::ContractLine { contract, line: line_id(1) }, Origin::Usage { contract, line: line_id(2) }, Origin::Minimum { contract, line: line_id(1) }];
        let made: Vec<InvoiceLine> = lines.iter().zip(1..).map(|((net, service, origin), n)| {
            let service = service.map(|(at, days)| Period { from: date(2025, 1, 1) + at.days(), to: date(2025, 1, 1) + (at + days).days() });
            sold(n, origins[*origin], *net, service)
        }).collect();
        let cells = revenue(&made, TODAY);
        prop_assert_eq!(cells.values().sum::<i64>(), lines.iter().map(|(net, ..)| net).sum::<i64>());
        let usage: i64 = lines.iter().filter(|(.., origin)| *origin == 2).map(|(net, ..)| net).sum();
        prop_assert_eq!(cells.iter().filter(|(cell, _)| cell.service == Service::Usage).map(|(_, minor)| minor).sum::<i64>(), usage);
        // Day by day it is the same, of what contracts have billed for days.
        for (billed, days) in by_day(&made) {
            let mut months: BTreeMap<Month, i64> = BTreeMap::new();
            for (day, minor) in &days {
                *months.entry(Month::of(*day)).or_default() += minor;
            }
            for (month, minor) in months {
                let within = |line: &&InvoiceLine| line.service.is_some() && Some(billed.contract) == line.origin.contract();
                let of_days: Vec<InvoiceLine> = made.iter().filter(within).cloned().collect();
                let cell = Cell { month, contract: Some(billed.contract), service: billed.service };
                prop_assert_eq!(revenue(&of_days, TODAY).get(&cell).copied().unwrap_or_default(), minor);
            }
        }
    }

    #[test]
    fn certain_and_likely_together_are_the_bills_that_come(
        price in 1_i64..1_000_000,
        cycle in prop::sample::select(Cycle::ALL.to_vec()),
        starts in 0_i64..200,
        term in 20_i64..500,
        auto in any::<bool>(),
    ) {
        let starts_on = date(2026, 1, 1) + starts.days();
        let schedule = Schedule { cycle, alignment: Alignment::Anniversary, anchor: starts_on, starts_on, ends_on: Some(starts_on + term.days()) };
        let pricing = Pricing::Flat { amount: Decimal::new(price, 2) };
        let of = line(1, LineKind::Fixed, Timing::Advance, Price { pricing, minimum: None, maximum: None }, starts_on);
        let mut contract = contract(schedule, vec![of]);
        contract.renewal.auto = auto;
        let until = month("2027-06");
        let found = expected(&facts(contract.clone()), UNTAXED, until).unwrap();
        let end = schedule.ends_on.unwrap();
        prop_assert!(found.certain.keys().all(|month| month.period().from < end));
        prop_assert!(found.likely.keys().all(|month| month.last() >= end));
        prop_assert!(auto || found.likely.is_empty());
        if !auto && end <= until.last() {
            let billed = domain::billing::bill::bill(&facts(contract), date(2040, 1, 1)).unwrap();
            let net: i64 = billed.drafts.iter().map(|draft| draft.net.minor()).sum();
            prop_assert_eq!(found.certain.values().sum::<i64>(), net);
        }
    }

    #[test]
    fn a_trend_is_the_same_again_and_never_below_nothing(
        past in prop::collection::vec(-1_000_000_i64..1_000_000_000, 3..30),
    ) {
        let past: Vec<Money> = past.into_iter().map(eur).collect();
        let first = trend(&past, 12).unwrap().unwrap();
        prop_assert_eq!(&first, &trend(&past, 12).unwrap().unwrap());
        prop_assert!(first.ahead.iter().all(|month| !month.is_negative()));
        prop_assert_eq!(first.ahead.len(), 12);
        prop_assert_eq!(first.months, past.len().min(MOST_PAST));
    }

    #[test]
    fn what_work_costs_is_rounded_once_over_all_entries(
        work in prop::collection::vec((1_u32..600, any::<bool>()), 0..40),
        cents in 1_i64..20_000,
    ) {
        let rates = [CostRate { person: Some(UserId::from_uuid(Uuid::from_u128(1))), role: None, per_hour: vec![Dated::new(day("2026-01-01"), Decimal::new(cents, 2))] }];
        let zone: Zone = "UTC".parse().unwrap();
        let mut cost = Cost::default();
        for (n, (minutes, known)) in work.iter().enumerate() {
            cost.add(&entry(n as u128, if *known { 1 } else { 2 }, *minutes, "2026-05-05"), &rates, &zone).unwrap();
        }
        let minutes = |known: bool| work.iter().filter(|(_, is)| *is == known).map(|(minutes, _)| i64::from(*minutes)).sum::<i64>();
        let off = cost.known(Currency::EUR).unwrap().minor() * 60 - minutes(true) * cents;
        prop_assert!(off.abs() <= 30);
        prop_assert_eq!(cost.minutes_without_rate as i64, minutes(false));
        prop_assert_eq!(cost.entries_without_rate as usize, work.iter().filter(|(_, known)| !known).count());
        prop_assert_eq!(margin(&[eur(1)], cost, Currency::EUR).unwrap().margin.is_err(), minutes(false) > 0);
    }
}
