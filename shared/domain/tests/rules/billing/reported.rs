//! Proposals, and what is reported for billing: use, counts, charges.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use domain::billing::bill::{Count, Usage};
use domain::billing::charges::{self, ChargeState, NewCharge};
use domain::billing::contract::{
    Contract, ContractChanges, Counted, Line, LineKind, NewContract, Renewal, Timing, activate, propose, revise,
};
use domain::billing::cycle::{Alignment, Cycle, Schedule};
use domain::billing::dated::Dated;
use domain::billing::metering::{self, NewUsage, UsageRecord};
use domain::billing::pricing::{Price, Pricing};
use domain::billing::proration::Proration;
use domain::billing::terms::PaymentTerms;
use domain::clients::under_contract;
use domain::error::Refusal;
use domain::ids::{ChargeId, ClientId, ContractId, InvoiceId, LineId, UsageId, UserId};
use domain::sla::SlaChoice;
use domain::zone::Zone;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use uuid::Uuid;

const TODAY: Date = date(2026, 2, 2);
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn a_line(n: u128, kind: LineKind) -> Line {
    let price = Price {
        pricing: Pricing::PerUnit { price: Decimal::TEN, free_units: Decimal::ZERO },
        minimum: None,
        maximum: None,
    };
    Line {
        id: LineId::from_uuid(uuid(n)),
        text: "Storage".into(),
        kind,
        timing: Timing::Arrears,
        price: vec![Dated::new(date(2026, 1, 15), price)],
        quantity: vec![],
        unit: None,
        from: date(2026, 1, 15),
        until: None,
        proration: None,
        taxes: vec![],
        discounts: vec![],
        block: None,
        bucket: None,
        bucket_minutes: Vec::new(),
    }
}

fn proposed(lines: Vec<Line>) -> Contract {
    let schedule = Schedule {
        cycle: Cycle::Monthly,
        alignment: Alignment::Anniversary,
        anchor: date(2026, 1, 15),
        starts_on: date(2026, 1, 15),
        ends_on: None,
    };
    let new = NewContract {
        client: ClientId::from_uuid(uuid(1)),
        name: " Storage ".into(),
        currency: Currency::EUR,
        schedule,
        terms: PaymentTerms::default(),
        proration: Proration::ActualDays,
        lines,
        sla: SlaChoice::Inherit,
        renewal: Renewal::default(),
        discounts: vec![],
    };
    propose(ContractId::from_uuid(uuid(2)), "C-1".into(), new, NOW).unwrap()
}

fn signed() -> Contract {
    activate(proposed(vec![a_line(1, LineKind::Usage), a_line(2, LineKind::Fixed)]), NOW).unwrap()
}

#[test]
fn a_proposal_changes_until_it_is_signed_and_is_due_half_an_hour_into_its_first_day() {
    let proposal = proposed(vec![a_line(2, LineKind::Fixed)]);
    let berlin: Zone = "Europe/Berlin".parse().unwrap();
    assert_eq!((proposal.name.as_str(), proposal.due_at(&berlin)), ("Storage", None));
    let name = ContractChanges { name: Some("Other".into()), ..ContractChanges::default() };
    assert_eq!(revise(proposal.clone(), name.clone(), NOW).unwrap().name, "Other");
    let signed = activate(proposal, NOW).unwrap();
    assert_eq!(signed.due_at(&berlin), Some("2026-01-14T23:30:00Z".parse().unwrap()));
    assert_eq!(signed.due_at(&Zone::utc()), Some("2026-01-15T00:30:00Z".parse().unwrap()));
    assert!(matches!(revise(signed, name, NOW), Err(Refusal::Conflict { code: "contract_signed", .. })));
}

#[test]
fn a_clock_that_jumps_over_half_past_midnight_makes_the_bill_later_and_not_never() {
    // Santiago skips from midnight to one on 6 September 2026.
    let mut contract = signed();
    contract.next_on = Some(date(2026, 9, 6));
    let santiago: Zone = "America/Santiago".parse().unwrap();
    assert_eq!(contract.due_at(&santiago), Some("2026-09-06T04:30:00Z".parse().unwrap()));
}

fn used(n: u128, on: Date, quantity: Decimal) -> NewUsage {
    let id = UsageId::from_uuid(uuid(n));
    NewUsage { id, reference: format!("u{n}"), line: LineId::from_uuid(uuid(1)), on, quantity }
}

fn fields(refusal: Refusal) -> Vec<String> {
    match refusal {
        Refusal::Invalid(faults) => faults.into_iter().map(|fault| fault.field).collect(),
        other => vec![other.to_string()],
    }
}

#[test]
fn use_is_recorded_on_days_that_are_over_and_on_which_its_line_is_in_force() {
    let record = |new| metering::record(&signed(), vec![new], TODAY, NOW);
    for (on, fine) in [(date(2026, 1, 14), false), (date(2026, 1, 15), true), (TODAY, true), (date(2026, 2, 3), false)]
    {
        assert_eq!(record(used(1, on, Decimal::ONE)).is_ok(), fine, "{on}");
    }
    let fixed = NewUsage { line: LineId::from_uuid(uuid(2)), ..used(1, TODAY, Decimal::ONE) };
    assert_eq!(fields(record(fixed).unwrap_err()), ["/records/0/line"]);
    assert_eq!(fields(record(used(1, TODAY, Decimal::NEGATIVE_ONE)).unwrap_err()), ["/records/0/quantity"]);
    let many = (0..91).map(|n| used(n, TODAY, Decimal::ONE)).collect();
    assert_eq!(fields(metering::record(&signed(), many, TODAY, NOW).unwrap_err()), ["/records"]);
    let proposal = proposed(vec![a_line(1, LineKind::Usage)]);
    let refused = metering::record(&proposal, vec![used(1, TODAY, Decimal::ONE)], TODAY, NOW);
    assert!(matches!(refused, Err(Refusal::Conflict { code: "contract_draft", .. })));
}

#[test]
fn what_was_recorded_is_known_also_when_it_is_billed_and_must_not_differ() {
    let batch = |quantity| {
        metering::record(&signed(), vec![used(1, TODAY, quantity), used(2, TODAY, quantity)], TODAY, NOW).unwrap()
    };
    let mut known = batch(Decimal::ONE).into_iter().map(Some).collect::<Vec<_>>();
    known[0].as_mut().unwrap().billed = Some(InvoiceId::from_uuid(uuid(9)));
    let second = known[1].take();
    let new = metering::unknown(batch(Decimal::ONE), &known).unwrap();
    assert_eq!(new, second.into_iter().collect::<Vec<_>>());
    let Usage { quantity, .. } = new[0].usage;
    assert_eq!(quantity, Decimal::ONE);
    let differs = metering::unknown(batch(Decimal::TWO), &known);
    assert!(matches!(differs, Err(Refusal::Conflict { code: "usage_differs", .. })));
}

#[test]
fn use_that_was_reported_wrongly_is_taken_back_once_until_it_is_billed() {
    let batch = || metering::record(&signed(), vec![used(1, TODAY, Decimal::ONE)], TODAY, NOW).unwrap();
    let record = batch().remove(0);
    let named = ["u1".to_owned()];
    let cancel = |record: &UsageRecord, now| metering::cancel(&named, vec![Some(record.clone())], now);
    let later = NOW + jiff::SignedDuration::from_hours(1);
    let gone = cancel(&record, NOW).unwrap().remove(0);
    assert_eq!((record.is_open(), gone.is_open(), gone.cancelled_at), (true, false, Some(NOW)));
    assert_eq!(cancel(&gone, later).unwrap(), std::slice::from_ref(&gone), "again changes nothing");
    assert_eq!(metering::unknown(batch(), &[Some(gone.clone())]).unwrap(), [], "nor does a repeat of its report");
    let other = metering::record(&signed(), vec![used(1, TODAY, Decimal::TWO)], TODAY, NOW).unwrap();
    let refused = metering::unknown(other, &[Some(gone.clone())]).unwrap_err();
    assert!(refused.to_string().contains("taken back"), "{refused}");
    let invoice = InvoiceId::from_uuid(uuid(9));
    assert!(matches!(metering::bill(gone, invoice), Err(Refusal::Conflict { code: "usage_cancelled", .. })));
    let billed = metering::bill(record, invoice).unwrap();
    assert!(matches!(cancel(&billed, NOW), Err(Refusal::Conflict { code: "usage_billed", .. })));
    assert!(cancel(&metering::release(billed, invoice), NOW).is_ok(), "a void gives it back");
    assert_eq!(fields(metering::cancel(&named, vec![None], NOW).unwrap_err()), ["/cancels/0"]);
}

#[test]
fn a_batch_holds_something_and_names_each_record_once() {
    let records = |n: u128| -> Vec<NewUsage> { (0..n).map(|n| used(n, TODAY, Decimal::ONE)).collect() };
    let ids = |ids: &[&str]| -> Vec<String> { ids.iter().map(|id| (*id).to_owned()).collect() };
    let many = |n: u32| -> Vec<String> { (0..n).map(|n| format!("w{n}")).collect() };
    for (records, cancels, wrong) in [
        (records(0), ids(&[]), vec!["/records"]),
        (records(0), ids(&["a"]), vec![]),
        (records(1), ids(&["a"]), vec![]),
        (records(2), ids(&["a", "u1", "a", " "]), vec!["/cancels/1", "/cancels/2", "/cancels/3"]),
        (records(40), many(50), vec![]),
        (records(41), many(50), vec!["/cancels"]),
        (records(91), many(1), vec!["/records"]),
    ] {
        let found = metering::check_batch(&records, &cancels).map_or_else(fields, |()| Vec::new());
        assert_eq!(found, wrong, "{} records and {cancels:?}", records.len());
    }
}

#[test]
fn contacts_are_not_counted_by_hand_and_nothing_is_counted_ahead() {
    let count = |what, from| {
        metering::count(
            ClientId::from_uuid(uuid(1)),
            Count { what, product: None, from, quantity: Decimal::ONE },
            TODAY,
            NOW,
        )
    };
    assert!(count(Counted::Devices, TODAY).is_ok());
    assert_eq!(fields(count(Counted::Contacts, TODAY).unwrap_err()), ["/what"]);
    assert_eq!(fields(count(Counted::Devices, date(2026, 2, 3)).unwrap_err()), ["/on"]);
}

#[test]
fn a_charge_is_withdrawn_until_it_is_billed() {
    let new = NewCharge {
        id: ChargeId::from_uuid(uuid(1)),
        client: ClientId::from_uuid(uuid(1)),
        currency: Currency::EUR,
        contract: None,
        on: TODAY,
        text: "Set-up".into(),
        quantity: Decimal::ONE,
        unit: None,
        unit_price: Decimal::TEN,
        taxes: vec![],
        late_for: None,
    };
    let mut charge = charges::add(new, Some(UserId::from_uuid(uuid(1))), NOW).unwrap();
    let withdrawn = charges::withdraw(charge.clone()).unwrap();
    assert_eq!(withdrawn.state, ChargeState::Withdrawn {});
    assert_eq!(charges::withdraw(withdrawn.clone()).unwrap(), withdrawn);
    charge.state = ChargeState::Billed { invoice: InvoiceId::from_uuid(uuid(9)) };
    assert!(matches!(charges::withdraw(charge), Err(Refusal::Conflict { code: "charge_billed", .. })));
}

#[test]
fn of_a_clients_contracts_the_one_that_was_signed_last_says_which_sla_holds() {
    let (first, second) = (ContractId::from_uuid(uuid(1)), ContractId::from_uuid(uuid(2)));
    let note = |client, contract, sla| under_contract(client, contract, sla, NOW);
    let client = note(crate::common::the_client(), first, SlaChoice::None).state;
    let said = note(client.clone(), second, SlaChoice::Inherit);
    assert!(said.events.is_empty() && said.state == client, "what says nothing leaves no trace");
    let policy = SlaChoice::Policy(domain::ids::PolicyId::from_uuid(uuid(3)));
    let both = note(client, second, policy).state;
    assert_eq!(both.contract_sla(), Some(policy));
    let first_again = note(both, first, policy).state;
    assert_eq!(first_again.contract_slas[0].contract, first, "it keeps its place");
    let left = note(note(first_again, second, SlaChoice::Inherit).state, first, SlaChoice::Inherit);
    assert_eq!((left.state.contract_sla(), left.events.len()), (None, 1));
}
