use std::collections::HashMap;

use contract::sample::demo_ids;
use domain::access::Role;
use domain::ids::{ClientId, ContactId, UserId};
use domain::passwords;
use domain::sla::{ClockState, next_mark};
use domain::tickets::{Priority, Status, Ticket};
use domain::timeline::{Entry, EntryKind};
use domain::users::{User, UserState};
use jiff::Timestamp;
use store::tickets::TicketFilter;
use store::users::UserFilter;
use store::{PageRequest, TenantStore};

use super::house::House;
use super::*;
use crate::app::{App, Settings};

/// A Wednesday in the middle of Berlin's working day.
const NOON: &str = "2026-11-18T10:42:00Z";
const ALL: PageRequest = PageRequest { limit: 100, cursor: None };

struct Demo {
    app: App,
    store: TenantStore,
    house: House,
    now: Timestamp,
}

async fn demo(now: &str) -> Demo {
    let now: Timestamp = now.parse().expect("an instant");
    let app = App::start(Settings::for_test(now)).await.expect("a stack");
    load(&app, &Progress::silent()).await.expect("a demo");
    let house = House::build("$hash", now).expect("a house");
    let store = app.world().store.for_tenant(house.tenant.id);
    Demo { app, store, house, now }
}

impl Demo {
    async fn tickets(&self) -> Vec<Ticket> {
        let (mut all, mut page) = (Vec::new(), ALL);
        loop {
            let slice = self.store.tickets(&TicketFilter::default(), &page, |_| true).await.expect("tickets");
            all.extend(slice.items.into_iter().map(|ticket| ticket.value));
            page.cursor = slice.next;
            if page.cursor.is_none() {
                all.sort_by_key(|ticket| ticket.number);
                return all;
            }
        }
    }

    async fn timeline(&self, ticket: &Ticket) -> Vec<Entry> {
        self.store.timeline(ticket.id, &ALL, false).await.expect("a timeline").items
    }

    fn plan(&self, ticket: &Ticket) -> Option<domain::sla::Plan> {
        self.house.plan(ticket.client, ticket.department).expect("a plan")
    }
}

fn open(tickets: &[Ticket]) -> impl Iterator<Item = &Ticket> {
    tickets.iter().filter(|ticket| ticket.status.is_work())
}

#[tokio::test]
async fn the_tenant_is_believable() {
    let demo = demo(NOON).await;
    let page = &ALL;
    assert_eq!(demo.store.departments(page).await.expect("departments").items.len(), 3);
    assert_eq!(demo.store.policies(page).await.expect("policies").items.len(), 4);
    assert_eq!(demo.store.calendars(page).await.expect("calendars").items.len(), 4);
    let clients = demo.store.clients(page).await.expect("clients").items;
    assert_eq!(clients.len(), 12);
    for client in clients {
        let contacts = demo.store.contacts(client.value.id, page).await.expect("contacts").items;
        assert!((2..=6).contains(&contacts.len()), "{} has {} contacts", client.value.name, contacts.len());
    }
    let technicians = UserFilter { roles: vec![Role::Technician], ..UserFilter::default() };
    let technicians = demo.store.users(&technicians, page).await.expect("users").items;
    let mut zones: Vec<String> =
        technicians.iter().filter_map(|user| user.value.zone.as_ref().map(ToString::to_string)).collect();
    zones.sort();
    zones.dedup();
    assert_eq!((technicians.len(), zones.len()), (8, 3));
    assert!(demo.house.users.iter().all(|user| user.state == UserState::Active));

    let tickets = demo.tickets().await;
    assert_eq!(tickets.len(), 400);
    let numbers: Vec<u64> = tickets.iter().map(|ticket| ticket.number).collect();
    assert_eq!(numbers, (1..=400).collect::<Vec<u64>>());
    assert!(tickets.is_sorted_by_key(|ticket| ticket.opened_at) && tickets.is_sorted_by_key(|ticket| ticket.id));
    let days = demo.now.duration_since(tickets[0].opened_at).as_hours() / 24;
    assert!((88..=93).contains(&days), "{days} days");
    assert_eq!(demo.store.next_ticket_number().await.expect("a number"), 401);
}

#[tokio::test]
async fn the_desk_has_work_of_every_sort() {
    let demo = demo(NOON).await;
    let tickets = demo.tickets().await;
    let still_open = open(&tickets).count();
    assert!((35..=60).contains(&still_open), "{still_open} open");
    for status in Status::ALL {
        assert!(tickets.iter().any(|ticket| ticket.status == status), "none is {status}");
    }
    for priority in Priority::ALL {
        assert!(tickets.iter().any(|ticket| ticket.priority == priority), "none is {priority}");
    }
    assert!(open(&tickets).filter(|ticket| ticket.assignee.is_none()).count() >= 3);

    let mut states: HashMap<ClockState, usize> = HashMap::new();
    for ticket in open(&tickets) {
        for clock in ticket.clocks(demo.plan(ticket).as_ref(), demo.now) {
            *states.entry(clock.state).or_default() += 1;
        }
    }
    use ClockState::{AtRisk, Breached, Critical, OnTrack, Paused};
    for state in [OnTrack, AtRisk, Critical, Breached, Paused] {
        assert!(states.get(&state).is_some_and(|count| *count >= 2), "{state:?} in {states:?}");
    }
    let late = tickets.iter().filter(|ticket| ticket.sla.is_breached()).count();
    assert!((20..=120).contains(&late), "{late} were late");
}

#[tokio::test]
async fn conversations_are_told_in_order() {
    let demo = demo(NOON).await;
    let (mut said, mut escalated, mut reopened) = (0, 0, 0);
    let tickets = demo.tickets().await;
    for ticket in &tickets {
        let timeline = demo.timeline(ticket).await;
        assert!(timeline.is_sorted_by_key(|entry| entry.at), "ticket {}", ticket.number);
        assert!(timeline.iter().all(|entry| entry.at >= ticket.opened_at && entry.at <= demo.now));
        for entry in &timeline {
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
    assert!(said > 3 * tickets.len(), "{said} replies and notes");
    assert!(escalated >= 10 && reopened >= 8, "{escalated} escalations, {reopened} reopened");
}

#[tokio::test]
async fn the_demo_is_the_same_every_time() {
    let (one, other) = (demo(NOON).await, demo(NOON).await);
    assert_eq!(one.tickets().await, other.tickets().await);
    let later = demo("2026-11-18T15:42:00Z").await.tickets().await;
    let texts = |tickets: &[Ticket]| {
        let mut texts: Vec<(String, ClientId)> = tickets.iter().map(|t| (t.subject.clone(), t.client)).collect();
        texts.sort();
        texts
    };
    assert_eq!(texts(&one.tickets().await), texts(&later), "the hour moves tickets, it does not make others");
}

#[tokio::test]
async fn loads_are_the_open_tickets_and_nobody_carries_more_than_they_can() {
    let demo = demo(NOON).await;
    let tickets = demo.tickets().await;
    for user in &demo.house.users {
        let carried = tickets.iter().filter(|ticket| ticket.counts_as_load() == Some(user.id)).count();
        let load = demo.store.workload(user.id).await.expect("a load");
        assert_eq!(load as usize, carried, "{}", user.name);
        assert!(user.capacity.is_none_or(|capacity| load <= capacity), "{} carries {load}", user.name);
    }
}

/// At any hour: in the night nobody works, at the weekend business time stands still.
#[tokio::test]
async fn what_comes_next_for_a_ticket_is_what_the_rules_say() {
    for now in [NOON, "2026-11-22T03:05:00Z", "2027-01-01T12:00:00Z"] {
        let demo = demo(now).await;
        let tickets = demo.tickets().await;
        assert_eq!(tickets.len(), 400, "at {now}");
        for ticket in &tickets {
            let plan = demo.plan(ticket);
            let fresh = next_mark(&ticket.sla, ticket.priority, plan.as_ref());
            assert_eq!(ticket.sla.next_mark, fresh, "ticket {} at {now}", ticket.number);
            assert!(fresh.is_none_or(|at| at > demo.now), "ticket {} is due at {now}", ticket.number);
        }
    }
}

#[tokio::test]
async fn samples_find_their_records() {
    let demo = demo(NOON).await;
    let store = &demo.store;
    let (client, contact): (ClientId, ContactId) = (known(demo_ids::CLIENT), known(demo_ids::CONTACT));
    assert_eq!(demo.house.tenant.id, known(demo_ids::TENANT));
    assert_eq!(store.user(known(demo_ids::OWNER)).await.expect("the owner").value.role, Role::Owner);
    let technician = store.user(known(demo_ids::TECHNICIAN)).await.expect("a technician").value;
    assert_eq!(technician.role, Role::Technician);
    store.client(client).await.expect("a client");
    store.contact(client, contact).await.expect("a contact");
    store.department(known(demo_ids::DEPARTMENT)).await.expect("a department");
    store.calendar(known(demo_ids::CALENDAR)).await.expect("a calendar");
    store.policy(known(demo_ids::POLICY)).await.expect("a policy");
    let ticket = store.ticket(known(demo_ids::TICKET)).await.expect("a ticket").value;
    assert_eq!((ticket.number, ticket.status, ticket.client), (1, Status::PendingVendor, client));
    assert_eq!(ticket.assignee, Some(technician.id));
}

#[tokio::test]
async fn the_sign_ins_are_those_of_people_who_can_sign_in() {
    let demo = demo(NOON).await;
    passwords::check(PASSWORD, &[OWNER_EMAIL, "Anna Schmidt", TENANT_NAME]).expect("a good password");
    let roles = ["owner", "manager", "dispatcher", "technician", "billing", "auditor", "client_admin", "client_user"];
    for ((who, email), role) in sign_ins().into_iter().zip(roles) {
        let address = known(&email);
        let login = demo.app.world().store.logins(&address, None).await.expect("logins").pop().expect("an account");
        let user: User = demo.store.user(login.user).await.expect("a user").value;
        assert!(user.is_active() && who.contains(role) && user.role.name() == role, "{email} is {}", user.role);
    }
    let nobody: UserId = id(99, UserId::from_uuid);
    assert!(demo.house.user(nobody).is_err());
}

#[allow(clippy::disallowed_methods)]
#[tokio::test]
async fn zz_probe() {
    let now: Timestamp = NOON.parse().expect("x");
    let t = std::time::Instant::now();
    let house = House::build("$hash", now).expect("a house");
    eprintln!("house {:?}", t.elapsed());
    let cases = cases::all(&house, now).expect("c");
    eprintln!("cases {:?}", t.elapsed());
    let worked = desk::work(&house, cases, now).expect("w");
    eprintln!("desk {:?} entries {}", t.elapsed(), worked.cases.iter().map(|w| w.entries.len()).sum::<usize>());
    let mut by: std::collections::BTreeMap<String, (u32, u32)> = Default::default();
    for w in &worked.cases {
        let t = &w.ticket;
        for (k, b) in [("fr", t.sla.first_response_breached_at), ("nr", t.sla.next_reply_breached_at), ("res", t.sla.resolution_breached_at)] {
            let pol = t.sla.policy.map(|p| p.to_string()[34..].to_owned()).unwrap_or_default();
            let dep = t.department.map(|p| p.to_string()[34..].to_owned()).unwrap_or_default();
            for key in [format!("{k} pol{pol}"), format!("{k} {}", t.priority), format!("{k} dep{dep}"), format!("{k} cli{}", &t.client.to_string()[34..])] {
                let e = by.entry(key).or_default();
                e.0 += 1;
                e.1 += u32::from(b.is_some());
            }
        }
    }
    eprintln!("{by:#?}");
    let app = App::start(Settings::for_test(now)).await.expect("a stack");
    let t = std::time::Instant::now();
    let world = app.world();
    save::house(&world, &house).await.expect("x");
    eprintln!("save house {:?}", t.elapsed());
    save::tickets(&world, &house, worked, &Progress::silent()).await.expect("x");
    eprintln!("save tickets {:?}", t.elapsed());
    let t = std::time::Instant::now();
    for _ in 0..400 { app.world().store.for_tenant(house.tenant.id).next_ticket_number().await.expect("n"); }
    eprintln!("numbers {:?}", t.elapsed());
}
