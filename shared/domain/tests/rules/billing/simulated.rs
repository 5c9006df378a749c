//! Simulations: what a contract will bill, and what a change does to it.

use super::contracts::{seats_to, year};
use crate::common::contracts::*;
use domain::billing::bill::bill;
use domain::billing::contract::*;
use domain::billing::cycle::Cycle;
use domain::billing::simulate::{INVOICES, simulate};
use domain::ids::LineId;

#[test]
fn a_simulation_shows_twelve_invoices_of_a_proposal() {
    let mut proposal = Contract { state: ContractState::Draft, next_on: None, ..year() };
    proposal.schedule.ends_on = None;
    let simulation = simulate(&facts(proposal), None, UNTAXED, day("2025-12-01")).unwrap();
    assert_eq!(simulation.bills.len(), INVOICES);
    let nets: Vec<i64> = simulation.bills.iter().map(|bill| bill.taxed.net.minor()).collect();
    assert_eq!(nets[..3], [5_000, 14_999, 14_999]);
    assert_eq!(simulation.effect, None);
}

#[test]
fn a_simulated_change_says_what_it_does_to_the_present_period() {
    let mut active = year();
    active.schedule.cycle = Cycle::Quarterly;
    let facts = bill(&facts(active), day("2026-04-10")).unwrap().after;
    // 91 days from April to June, of which 46 are from 16 May on.
    let more = vec![seats_to(1, "14"), Change::EndLine { line: line_id(2) }];
    let simulation = simulate(&facts, Some(&amendment("2026-05-16", more)), UNTAXED, day("2026-05-02")).unwrap();
    let effect = simulation.effect.unwrap();
    assert_eq!((effect.period.from, effect.period.to), (day("2026-04-01"), day("2026-07-01")));
    let lines: Vec<(LineId, i64)> = effect.lines.iter().map(|(line, amount)| (*line, amount.minor())).collect();
    assert_eq!(lines, [(line_id(1), 4_549), (line_id(2), -5_054)], "90 x 46/91, and 99.99 x 46/91 less");
    assert_eq!(effect.net.minor(), -505);
    assert_eq!(story(&simulation.bills[0].draft)[1], "adjustment 2026-04-01..2026-07-01 4549");
}

#[test]
fn a_change_beyond_the_bills_that_are_shown_is_told_too_and_none_beyond_ten_years_of_weeks() {
    let mut active = year();
    active.schedule.ends_on = None;
    let facts = facts(active);
    let simulated =
        |on: &str| simulate(&facts, Some(&amendment(on, vec![seats_to(1, "14")])), UNTAXED, day("2026-01-01")).unwrap();
    let far = simulated("2027-09-16");
    assert_eq!(far.bills.len(), INVOICES);
    assert_eq!(far.bills, simulate(&facts, None, UNTAXED, day("2026-01-01")).unwrap().bills, "none of them changes");
    let effect = far.effect.unwrap();
    assert_eq!((effect.period.from, effect.period.to), (day("2027-09-01"), day("2027-10-01")));
    assert_eq!(effect.net.minor(), 4_500, "nine more for half a month");
    let mut weekly = facts.clone();
    weekly.contract.schedule.cycle = Cycle::Weekly;
    let change = amendment("2040-01-01", vec![seats_to(1, "14")]);
    assert_eq!(simulate(&weekly, Some(&change), UNTAXED, day("2026-01-01")).unwrap().effect, None, "nobody knows");
}
