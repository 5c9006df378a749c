//! What several tests need: ids, calendars, policies, people, and a slow calendar to compare with.

#![allow(unreachable_pub, reason = "for the tests beside it")]

pub mod budgets;
pub mod calendars;
pub mod contracts;
pub mod papers;
pub mod pasts;
pub mod reported;
pub mod slow;
pub mod told;

use domain::access::{Actor, Role};
use domain::assignment::Candidate;
use domain::calendar::{Calendar, Holiday, Hours, WeeklyHours, Window};
use domain::clients::Client;
use domain::ids::*;
use domain::sla::{Plan, Policy, PriorityTargets, SlaChoice, Step, Target, Targets, TimeBasis};
use domain::tickets::{self, Handled, NewTicket, Ticket};
use domain::zone::Zone;
use jiff::Timestamp;
use uuid::Uuid;

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub fn user(n: u128) -> UserId {
    UserId::from_uuid(uuid(n))
}

pub fn zone(name: &str) -> Zone {
    name.parse().expect("a zone")
}

pub fn window(from: &str, to: &str) -> Window {
    Window { from: from.parse().expect("a time"), to: to.parse().expect("a time") }
}

pub fn holiday(on: &str) -> Holiday {
    Holiday { on: on.parse().expect("a holiday"), name: "Off".into() }
}

pub fn calendar(zone_name: &str, hours: Hours, holidays: &[&str]) -> Calendar {
    Calendar {
        id: CalendarId::from_uuid(uuid(1)),
        name: "Office".into(),
        zone: zone(zone_name),
        hours,
        holidays: holidays.iter().map(|on| holiday(on)).collect(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// Monday to Friday, the same windows.
pub fn weekdays(zone_name: &str, windows: &[(&str, &str)]) -> Calendar {
    let windows: Vec<Window> = windows.iter().map(|(from, to)| window(from, to)).collect();
    calendar(zone_name, Hours::Weekly(WeeklyHours::weekdays(&windows)), &[])
}

pub fn nine_to_five() -> Calendar {
    weekdays("Europe/Berlin", &[("09:00", "17:00")])
}

pub fn business(minutes: u32) -> Option<Target> {
    Some(Target { minutes, time: TimeBasis::Business })
}

pub fn always(minutes: u32) -> Option<Target> {
    Some(Target { minutes, time: TimeBasis::Always })
}

/// The same targets for every priority.
pub fn policy(targets: PriorityTargets, warnings: &[u8], ladder: Vec<Step>) -> Policy {
    Policy {
        id: PolicyId::from_uuid(uuid(1)),
        name: "Gold".into(),
        targets: Targets { p1: targets, p2: targets, p3: targets, p4: targets },
        warnings: warnings.to_vec(),
        ladder,
        calendar: None,
        client_calendar_first: false,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn plan(targets: PriorityTargets, warnings: &[u8], ladder: Vec<Step>, calendar: &Calendar) -> Plan {
    Plan::new(policy(targets, warnings, ladder), Some(calendar))
}

pub fn the_client() -> Client {
    Client {
        contract_slas: Vec::new(),
        id: ClientId::from_uuid(uuid(1)),
        name: "Acme".into(),
        zone: zone("Europe/Berlin"),
        sites: vec![],
        departments: vec![],
        cost_centres: vec![],
        calendar: None,
        sla: SlaChoice::Inherit,
        active: true,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn actor(n: u128, role: Role) -> Actor {
    Actor {
        tenant: TenantId::from_uuid(uuid(1)),
        user: user(n),
        role,
        client: role.is_client_side().then(|| the_client().id),
        name: format!("{role} {n}"),
    }
}

pub fn staff(n: u128) -> Actor {
    actor(n, Role::Technician)
}

pub fn customer() -> Actor {
    actor(99, Role::ClientUser)
}

pub fn acting(role: Role) -> Actor {
    actor(50, role)
}

pub fn candidate(n: u128) -> Candidate {
    Candidate { user: user(n), active: true, open: 0, capacity: None }
}

pub fn request() -> NewTicket {
    NewTicket { subject: "Printer".into(), description: "It is on fire".into(), ..NewTicket::default() }
}

/// A ticket that the customer opens.
pub fn opened(now: Timestamp, plan: Option<&Plan>) -> Handled {
    let id = TicketId::from_uuid(uuid(1));
    tickets::open(id, 1, request(), &the_client(), &customer(), now, plan).expect("opens")
}

pub fn ticket(now: Timestamp) -> Ticket {
    opened(now, None).ticket
}
