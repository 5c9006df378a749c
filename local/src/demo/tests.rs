use std::collections::{HashMap, HashSet};

use contract::sample::demo_ids;
use domain::access::Role;
use domain::billing::contract::ContractState;
use domain::billing::dunning::StepKind;
use domain::billing::invoice::{InvoiceKind, InvoiceState};
use domain::billing::reports::{Month, Service};
use domain::billing::retry::Stopped;
use domain::ids::{ClientId, ContactId};
use domain::passwords;
use domain::sla::{ClockState, next_mark};
use domain::tickets::{Priority, Status, Ticket};
use domain::timeline::EntryKind;
use jiff::Timestamp;
use runtime::jobs::JobInput;
use store::contracts::ContractFilter;
use store::tickets::TicketFilter;
use store::users::UserFilter;
use store::{PageRequest, TenantStore};

use super::desk::{Outcome, Worked};
use super::house::House;
use super::*;
use crate::app::{App, Settings};

/// A Wednesday in the middle of Berlin's working day.
const NOON: &str = "2026-11-18T10:42:00Z";
const ALL: PageRequest = PageRequest { limit: 100, cursor: None };

fn worked(now: &str) -> (House, Outcome) {
    let house = House::build("$hash", known(now)).expect("a house");
    let cases = cases::all(&house, known(now)).expect("cases");
    let worked = desk::work(&house, cases, known(now)).expect("tickets");
    (house, worked)
}

fn open(cases: &[Worked]) -> impl Iterator<Item = &Ticket> {
    cases.iter().map(|worked| &worked.ticket).filter(|ticket| ticket.status.is_work())
}

fn plan(house: &House, ticket: &Ticket) -> Option<domain::sla::Plan> {
    house.plan(ticket.client, ticket.department).expect("a plan")
}

#[test]
fn there_are_400_tickets_of_90_days_in_the_order_of_their_numbers() {
    let tickets: Vec<Ticket> = worked(NOON).1.cases.into_iter().map(|worked| worked.ticket).collect();
    let numbers: Vec<u64> = tickets.iter().map(|ticket| ticket.number).collect();
    assert_eq!(numbers, (1..=400).collect::<Vec<u64>>());
    assert!(tickets.is_sorted_by_key(|ticket| ticket.opened_at) && tickets.is_sorted_by_key(|ticket| ticket.id));
    let days = known::<Timestamp>(NOON).duration_since(tickets[0].opened_at).as_hours() / 24;
    assert!((88..=93).contains(&days), "{days} days");
}

#[test]
fn the_desk_has_work_of_every_sort() {
    let (house, Outcome { cases, .. }) = worked(NOON);
    let still_open = open(&cases).count();
    assert!((35..=60).contains(&still_open), "{still_open} open");
    for status in Status::ALL {
        assert!(cases.iter().any(|worked| worked.ticket.status == status), "none is {status}");
    }
    for priority in Priority::ALL {
        assert!(open(&cases).any(|ticket| ticket.priority == priority), "none is {priority}");
    }
    assert!(open(&cases).filter(|ticket| ticket.assignee.is_none()).count() >= 3);

    let mut states: HashMap<ClockState, usize> = HashMap::new();
    for ticket in open(&cases) {
        for clock in ticket.clocks(plan(&house, ticket).as_ref(), known(NOON)) {
            *states.entry(clock.state).or_default() += 1;
        }
    }
    for state in
        [ClockState::OnTrack, ClockState::AtRisk, ClockState::Critical, ClockState::Breached, ClockState::Paused]
    {
        assert!(states.get(&state).is_some_and(|count| *count >= 2), "{state:?} in {states:?}");
    }
    let late = cases.iter().filter(|worked| worked.ticket.sla.is_breached()).count();
    assert!((20..=100).contains(&late), "{late} were late");
}

#[test]
fn conversations_are_told_in_order_and_in_whole_sentences() {
    let (_, Outcome { cases, .. }) = worked(NOON);
    let (mut said, mut escalated, mut reopened) = (0, 0, 0);
    for Worked { ticket, entries } in &cases {
        assert!(entries.iter().all(|entry| entry.at >= ticket.opened_at && entry.at <= known(NOON)));
        for entry in entries {
            match &entry.what {
                EntryKind::Replied { body } | EntryKind::Noted { body } => {
                    said += 1;
                    assert!(!body.contains(['{', '}']), "{body}");
                }
                EntryKind::Escalated { .. } => escalated += 1,
                EntryKind::StatusChanged { from: Status::Resolved, to: Status::Open } => reopened += 1,
                _ => {}
            }
        }
        assert!(!ticket.subject.contains('{') && !ticket.description.contains('{'), "{}", ticket.subject);
    }
    assert!(said > 3 * cases.len(), "{said} replies and notes");
    assert!(escalated >= 10 && reopened >= 8, "{escalated} escalations, {reopened} reopened");
}

#[test]
fn the_demo_is_the_same_every_time() {
    let of = |now| worked(now).1.cases.into_iter().map(|worked| (worked.ticket, worked.entries)).collect::<Vec<_>>();
    let one = of(NOON);
    assert!(one == of(NOON));
    let texts = |tickets: &[(Ticket, Vec<domain::timeline::NewEntry>)]| {
        let mut texts: Vec<(String, ClientId)> = tickets.iter().map(|(t, _)| (t.subject.clone(), t.client)).collect();
        texts.sort();
        texts
    };
    assert_eq!(texts(&one), texts(&of("2027-03-29T15:42:00Z")), "time moves tickets, it does not make others");
}

/// At any hour: in the night nobody works, at the weekend business time stands still, and the clocks change.
#[test]
fn what_comes_next_for_a_ticket_is_what_the_rules_say() {
    for now in [NOON, "2026-11-22T03:05:00Z", "2027-01-01T12:00:00Z", "2027-03-28T01:30:00Z"] {
        let (house, Outcome { cases, .. }) = worked(now);
        assert_eq!(cases.len(), 400, "at {now}");
        for Worked { ticket, .. } in &cases {
            let fresh = next_mark(&ticket.sla, ticket.priority, plan(&house, ticket).as_ref());
            assert_eq!(ticket.sla.next_mark, fresh, "ticket {} at {now}", ticket.number);
            assert!(fresh.is_none_or(|at| at > known(now)), "ticket {} is due at {now}", ticket.number);
        }
    }
}

struct Loaded {
    app: App,
    store: TenantStore,
    house: House,
    outcome: Outcome,
}

async fn loaded() -> Loaded {
    let app = App::start(Settings::for_test(known(NOON))).await.expect("a stack");
    load(&app, &Progress::silent()).await.expect("a demo");
    let (house, outcome) = worked(NOON);
    let store = app.world().store.for_tenant(house.tenant.id);
    Loaded { app, store, house, outcome }
}

#[tokio::test]
async fn what_was_worked_is_what_is_stored() {
    let Loaded { store, house, outcome, .. } = loaded().await;
    let (mut tickets, mut page) = (Vec::new(), ALL);
    loop {
        let slice = store.tickets(&TicketFilter::default(), &page, |_| true).await.expect("tickets");
        tickets.extend(slice.items.into_iter().map(|ticket| ticket.value));
        page.cursor = slice.next;
        if page.cursor.is_none() {
            break;
        }
    }
    tickets.sort_by_key(|ticket| ticket.number);
    assert!(tickets.iter().eq(outcome.cases.iter().map(|worked| &worked.ticket)));
    for Worked { ticket, entries } in outcome.cases.iter().take(40) {
        let timeline = store.timeline(ticket.id, &ALL, false).await.expect("a timeline").items;
        let mut worked = entries.clone();
        worked.sort_by_key(|entry| entry.at.as_millisecond());
        let told = timeline.iter().map(|entry| (&entry.what, &entry.by));
        assert!(told.eq(worked.iter().map(|entry| (&entry.what, &entry.by))), "ticket {}", ticket.number);
    }
    assert_eq!(store.next_ticket_number().await.expect("a number"), 401);

    for user in &house.users {
        let carried = open(&outcome.cases).filter(|ticket| ticket.counts_as_load() == Some(user.id)).count();
        let load = store.workload(user.id).await.expect("a load");
        assert_eq!(load as usize, carried, "{}", user.name);
        assert!(user.capacity.is_none_or(|capacity| load <= capacity), "{} carries {load}", user.name);
    }
}

#[tokio::test]
async fn the_tenant_is_whole_and_samples_and_sign_ins_lead_to_it() {
    let Loaded { app, store, house, .. } = loaded().await;
    assert_eq!(store.departments(&ALL).await.expect("departments").items.len(), 3);
    assert_eq!(store.policies(&ALL).await.expect("policies").items.len(), 4);
    assert_eq!(store.calendars(&ALL).await.expect("calendars").items.len(), 4);
    let clients = store.clients(&ALL).await.expect("clients").items;
    assert_eq!(clients.len(), 12);
    for client in clients {
        let contacts = store.contacts(client.value.id, &ALL).await.expect("contacts").items;
        assert!((2..=7).contains(&contacts.len()), "{} has {} contacts", client.value.name, contacts.len());
    }
    let technicians = UserFilter { roles: vec![Role::Technician], ..UserFilter::default() };
    let technicians = store.users(&technicians, &ALL).await.expect("users").items;
    let mut zones: Vec<String> =
        technicians.iter().filter_map(|user| user.value.zone.as_ref().map(ToString::to_string)).collect();
    zones.sort();
    zones.dedup();
    assert_eq!((technicians.len(), zones.len()), (8, 3));

    let (client, contact): (ClientId, ContactId) = (known(demo_ids::CLIENT), known(demo_ids::CONTACT));
    assert_eq!(house.tenant.id, known(demo_ids::TENANT));
    assert_eq!(store.user(known(demo_ids::OWNER)).await.expect("the owner").value.role, Role::Owner);
    let technician = store.user(known(demo_ids::TECHNICIAN)).await.expect("a technician").value;
    store.contact(client, contact).await.expect("a contact");
    store.department(known(demo_ids::DEPARTMENT)).await.expect("a department");
    store.calendar(known(demo_ids::CALENDAR)).await.expect("a calendar");
    store.policy(known(demo_ids::POLICY)).await.expect("a policy");
    let ticket = store.ticket(known(demo_ids::TICKET)).await.expect("a ticket").value;
    assert_eq!((ticket.number, ticket.status, ticket.client), (1, Status::PendingVendor, client));
    assert_eq!((ticket.assignee, technician.role), (Some(technician.id), Role::Technician));

    passwords::check(PASSWORD, &[OWNER_EMAIL, "Anna Schmidt", TENANT_NAME]).expect("a good password");
    let roles = ["owner", "manager", "dispatcher", "technician", "billing", "auditor", "client_admin", "client_user"];
    for ((who, email), role) in sign_ins().into_iter().zip(roles) {
        let login = app.world().store.logins(&known(&email), None).await.expect("logins").pop().expect("an account");
        let user = store.user(login.user).await.expect("a user").value;
        assert!(user.is_active() && who.contains(role) && user.role.name() == role, "{email} is {}", user.role);
    }
}

#[tokio::test]
async fn twelve_contracts_of_every_kind_have_a_year_of_invoices_and_the_books_are_right() {
    let Loaded { app, store, .. } = loaded().await;
    let contracts = store.contracts(ContractFilter::default(), &ALL).await.expect("contracts").items;
    assert_eq!(contracts.len(), 12);
    let mut kinds = HashSet::new();
    for root in &contracts {
        let contract = store.contract(root.value.contract.id).await.expect("a contract").value.contract;
        assert_eq!(contract.parked, None, "{}", contract.number);
        kinds.extend(contract.lines.iter().map(|line| line.kind));
    }
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    assert!(contracts.iter().any(|root| root.value.contract.state == ContractState::Ended));
    store.contract_root(known(demo_ids::CONTRACT)).await.expect("the first contract");

    let (mut states, mut kinds, mut numbers) = (HashMap::<InvoiceState, u32>::new(), HashSet::new(), Vec::new());
    let look = |kept: store::invoices::KeptInvoice| {
        *states.entry(kept.invoice.state).or_default() += 1;
        kinds.insert(kept.invoice.kind);
        if kept.invoice.kind == InvoiceKind::Recurring {
            numbers.push(kept.invoice.number.map(|number| number.n));
        }
    };
    store.each_invoice(look).await.expect("invoices");
    numbers.sort_unstable();
    assert!(numbers.len() >= 60, "{} invoices", numbers.len());
    assert!(numbers.iter().copied().eq((1..=numbers.len() as u64).map(Some)), "{numbers:?}");
    for state in [InvoiceState::Paid, InvoiceState::WrittenOff, InvoiceState::Sent, InvoiceState::Overdue] {
        assert!(states.contains_key(&state), "none is {state} in {states:?}");
    }
    assert!(kinds.contains(&InvoiceKind::CreditNote), "{kinds:?}");
    let (mut notes, mut credits) = (Vec::new(), 0);
    store
        .each_invoice(|kept| notes.extend(kept.invoice.note.filter(|_| kept.invoice.kind == InvoiceKind::CreditNote)))
        .await
        .expect("invoices");
    notes.sort_unstable();
    let reasons = [
        "A day without service.",
        "For the trouble with the new printers.",
        "This was measured twice and should not have been billed.",
    ];
    assert_eq!(notes, reasons);
    for n in 1..=12 {
        let client = super::id(n, ClientId::from_uuid);
        credits += store.client_credit(client, known("EUR")).await.expect("a credit").value.balance.minor();
    }
    assert!(credits > 0, "what was credited after it was paid is the client's");
    let mut back = 0;
    store.each_payment(|payment| back += payment.refunds).await.expect("payments");
    assert_eq!(back, 1, "one was paid twice");

    app.run_job("billing-check-ledger", JobInput::default()).await.expect("a check");
    let check = store.ledger_check().await.expect("a check").value;
    assert!(check.checked_at.is_some() && check.findings.is_empty(), "{:#?}", check.findings);

    let this = Month::of(known::<jiff::civil::Date>(&NOON[..10]));
    let earned = store.revenue_months(known("EUR"), this.plus(-11), this).await.expect("revenue");
    assert_eq!(earned.len(), 12);
    assert!(earned.values().all(|month| month.services.get(&Service::Agreed).is_some_and(|minor| *minor > 100_000)));
    let recurs = store.recurring_sums(known("USD"), this).await.expect("what recurs");
    assert!(recurs.values().any(|sums| sums.movement.churn > 0), "a contract ended: {recurs:?}");
}

#[tokio::test]
async fn cards_were_declined_and_tried_again_until_there_was_enough_another_card_or_nothing_left_to_try() {
    let Loaded { app, store, .. } = loaded().await;
    let mut ids = Vec::new();
    store.each_invoice(|kept| ids.push((kept.invoice.id, kept.invoice.state))).await.expect("invoices");
    let (mut stories, mut dunned) = (HashMap::<&str, u32>::new(), HashSet::new());
    for (id, state) in ids {
        if state == InvoiceState::Overdue {
            let kept = store.dunning(id).await.expect("a read").expect("what is overdue is dunned");
            dunned.extend(kept.value.dunning.taken.iter().map(|taken| taken.kind));
        }
        let Some(kept) = store.charging(id).await.expect("a read") else { continue };
        let charging = kept.value.charging;
        let methods: HashSet<_> = charging.attempts.iter().map(|attempt| attempt.method).collect();
        let story = match (charging.succeeded, charging.attempts.len(), methods.len()) {
            (true, 1, _) => "at once",
            (true, _, 1) => "again",
            (true, ..) => "another card",
            (false, ..) if charging.stopped == Some(Stopped::TriedEnough) => "tried enough",
            (false, ..) => "waiting",
        };
        assert_eq!(charging.succeeded, state == InvoiceState::Paid, "{id}");
        assert_eq!(kept.value.due_at.is_some(), story == "waiting", "{id}: {story}");
        *stories.entry(story).or_default() += 1;
    }
    for story in ["at once", "again", "another card", "tried enough", "waiting"] {
        assert!(stories.contains_key(story), "none was charged: {story}; {stories:?}");
    }
    for step in [StepKind::Reminder, StepKind::Overdue1, StepKind::Overdue2, StepKind::Overdue3, StepKind::Suspend] {
        assert!(dunned.contains(&step), "{step:?} was not taken: {dunned:?}");
    }
    let letters = app.mailbox().letters();
    let present = |subject: &str| subject.starts_with("Unusual ") || subject.starts_with("Costs are missing");
    let past = letters.iter().find(|letter| !present(&letter.subject));
    assert_eq!(past.map(|letter| &letter.subject), None, "the past is past: nobody is told of it");
}
