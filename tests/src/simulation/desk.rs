//! The scene of a simulation: two MSPs with everybody that a desk has, set up once and put up again for every seed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use local::Settings;
use local::clock::MovableClock;
use serde_json::{Value, json};

use super::chance::ids;
use crate::{MONDAY_NOON, Person, Snapshot, Stack};

/// The seed of the scene's own ids.
const SCENE: u64 = 0;
/// What two technicians carry at most; the third carries any number.
const CAPACITIES: [Option<u32>; 3] = [Some(3), Some(4), None];

/// Two desks as they stand before anything happens.
pub struct Scene {
    snapshot: Snapshot,
    clock: MovableClock,
    tenants: Vec<Cast>,
}

/// The people and things of one MSP.
#[derive(Clone)]
pub(super) struct Cast {
    pub(super) owner: Person,
    pub(super) dispatcher: Person,
    pub(super) technicians: Vec<Person>,
    pub(super) customers: Vec<Person>,
    pub(super) clients: Vec<String>,
    pub(super) departments: Vec<String>,
    pub(super) policy: String,
    pub(super) calendar: String,
    pub(super) contracts: Vec<Contract>,
}

/// A signed contract with seats and use.
#[derive(Clone)]
pub(super) struct Contract {
    pub(super) id: String,
    /// The line of its seats.
    pub(super) seats: String,
    /// The line of its use.
    pub(super) usage: String,
}

/// One MSP during a run, and what is known of it.
pub(super) struct Tenant {
    pub(super) cast: Cast,
    pub(super) tally: RefCell<Tally>,
    /// Starts the run's idempotency keys.
    pub(super) keys: String,
}

/// A ticket that somebody was told of.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) number: u64,
    pub(super) subject: String,
    pub(super) client: String,
}

/// A request that was answered, to be repeated.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) who: Person,
    pub(super) path: String,
    pub(super) key: String,
    pub(super) body: Value,
    /// When: an answer is kept for a day.
    pub(super) at: Timestamp,
    pub(super) status: u16,
    pub(super) answer: Value,
}

/// What was acknowledged, and what was seen.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) requests: u64,
    pub(super) turned_away: u64,
    pub(super) next_key: u64,
    pub(super) trace: u64,
    pub(super) tickets: BTreeMap<String, Told>,
    /// Texts that were acknowledged, and in which ticket.
    pub(super) texts: BTreeMap<String, String>,
    pub(super) clients: BTreeMap<String, String>,
    pub(super) asked: Vec<Asked>,
    /// Misses by ticket and clock, with their instants: none ever goes away.
    pub(super) breaches: BTreeMap<(String, &'static str), String>,
    pub(super) gone: BTreeSet<String>,
    /// Records of use, charges and time entries that were acknowledged.
    pub(super) used: BTreeSet<String>,
    pub(super) charged: BTreeSet<String>,
    pub(super) worked: BTreeSet<String>,
    /// Invoices and credit notes that there are.
    pub(super) invoices: BTreeSet<String>,
    /// What the issued ones say.
    pub(super) issued: BTreeMap<String, String>,
}

impl Scene {
    /// Sets the scene up.
    pub async fn set_up() -> Self {
        let now: Timestamp = MONDAY_NOON.parse().expect("an instant");
        let settings = Settings::for_test(now);
        let settings = Settings { ids: Some(ids(SCENE, settings.clock.clone())), ..settings };
        let stack = Stack::with(settings).await;
        let mut tenants = Vec::new();
        for (name, issue) in [("Nordlicht IT", "at_once"), ("Südwind IT", "draft")] {
            tenants.push(Box::pin(cast(&stack, name, issue)).await);
        }
        Scene { snapshot: stack.snapshot().await, clock: MovableClock::frozen(now), tenants }
    }

    /// The clock of the run that is put up next.
    pub(super) fn clock(&self) -> MovableClock {
        self.clock.clone()
    }

    pub(super) fn settings(&self) -> Settings {
        Settings { clock: self.clock(), ..Settings::for_test(self.clock.now()) }
    }

    pub(super) async fn restore(&self, settings: Settings) -> Stack {
        self.snapshot.restore_with(settings).await
    }

    pub(super) fn tenants(&self, stack: &Stack, seed: u64) -> Vec<Tenant> {
        let there = |cast: &Cast| {
            let all = |people: &[Person]| people.iter().map(|person| person.on(stack)).collect();
            Cast {
                owner: cast.owner.on(stack),
                dispatcher: cast.dispatcher.on(stack),
                technicians: all(&cast.technicians),
                customers: all(&cast.customers),
                ..cast.clone()
            }
        };
        let tenant = |cast: &Cast| Tenant { cast: there(cast), tally: RefCell::default(), keys: format!("s{seed}") };
        self.tenants.iter().map(tenant).collect()
    }

    /// A scene like this one with a clock of its own: a clock only goes forward, and every seed starts on Monday.
    #[must_use]
    pub fn anew(&self) -> Self {
        Scene {
            snapshot: self.snapshot.clone(),
            clock: MovableClock::frozen(MONDAY_NOON.parse().expect("an instant")),
            tenants: self.tenants.clone(),
        }
    }
}

async fn cast(stack: &Stack, name: &str, issue: &str) -> Cast {
    // The same people each time: their addresses are in keys.
    let email = |who: &str| format!("{who}@{}.example", if issue == "draft" { "sued" } else { "nord" });
    let owner = stack.msp_of(name, &email("owner")).await;
    let who = |name: &str| json!({ "name": name, "email": email(name) });
    let dispatcher = owner.colleague("dispatcher", who("dispatcher")).await;
    let mut technicians = Vec::new();
    for (name, capacity) in ["one", "two", "three"].into_iter().zip(CAPACITIES) {
        let mut technician = who(name);
        technician["capacity"] = json!(capacity);
        technicians.push(owner.colleague("technician", technician).await);
    }
    let mut clients = Vec::new();
    for client in ["Acme Tools", "Birch Lane"] {
        clients.push(owner.client(client).await);
    }
    let mut customers = Vec::new();
    for (role, client) in ["client_admin", "client_user"].into_iter().zip(&clients) {
        let mut customer = who(&role.replace('_', "."));
        customer["client"] = json!(client);
        customers.push(owner.colleague(role, customer).await);
    }
    let id = |view: &Value| view["id"].as_str().expect("an id").to_owned();
    let members: Vec<&str> = technicians.iter().map(|person| person.id.as_str()).collect();
    let turns = json!({ "name": "First line", "strategy": "round_robin", "members": members });
    let turns = id(&owner.create("/v1/departments", turns).await);
    let manual = id(&owner.create("/v1/departments", json!({ "name": "Second line" })).await);
    let calendar = json!({ "name": "Office", "zone": "Europe/Berlin", "hours": office(8) });
    let calendar = id(&owner.create("/v1/calendars", calendar).await);
    let policy = json!({
        "name": "Gold", "calendar": calendar, "warnings": [50], "targets": targets(60),
        "ladder": [
            { "on": ["first_response"], "when": { "at_percent": 100 }, "actions": [{ "do": "raise_priority" }] },
            { "on": ["resolution"], "when": { "after_breach_minutes": 30 }, "actions": [{ "do": "move_to_department", "department": turns }] },
        ],
    });
    let policy = id(&owner.create("/v1/sla/policies", policy).await);
    owner.change("/v1/tenant", json!({ "sla": policy, "intake": turns })).await;
    let vat = json!({
        "code": "vat", "name": "VAT", "percent": [{ "from": "2007-01-01", "value": "19" }],
        "compound": false, "inclusive": false,
    });
    owner.change("/v1/billing/settings", json!({ "taxes": [vat], "issue": issue })).await;
    let price = json!([{ "from": "2026-01-01", "value": "96" }]);
    owner.change("/v1/rates", json!({ "rates": [{ "work_type": "remote", "per_hour": price }] })).await;
    let monthly = json!({ "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-02-01" });
    let weekly = json!({ "cycle": "weekly", "starts_on": "2026-02-02" });
    let mut contracts = Vec::new();
    for (client, schedule) in clients.iter().zip([monthly, weekly]) {
        contracts.push(signed(&owner, client, schedule).await);
    }
    let departments = vec![turns, manual];
    Cast { owner, dispatcher, technicians, customers, clients, departments, policy, calendar, contracts }
}

async fn signed(owner: &Person, client: &str, schedule: Value) -> Contract {
    let lines = json!([
        {
            "text": "Managed workplace", "kind": "per_seat", "timing": "advance", "taxes": ["vat"],
            "price": { "pricing": { "model": "per_unit", "price": "40" } },
            "quantity": { "kind": "fixed", "quantity": "10" },
        },
        {
            "text": "Backup storage", "kind": "usage", "timing": "arrears", "taxes": ["vat"],
            "price": { "pricing": { "model": "per_unit", "price": "0.10" } },
        },
    ]);
    let body = json!({ "client": client, "name": "Workplaces", "schedule": schedule, "lines": lines });
    let proposed = owner.create("/v1/contracts", body).await;
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    let id = text(&proposed["id"]);
    owner.post(&format!("/v1/contracts/{id}/sign")).send().await.expect(200);
    let contract = owner.get(&format!("/v1/contracts/{id}")).await.expect(200);
    Contract { id, seats: text(&contract["lines"][0]["id"]), usage: text(&contract["lines"][1]["id"]) }
}

/// Targets in proportion to the fastest one's minutes.
pub(super) fn targets(minutes: u32) -> Value {
    let of = |factor: u32| {
        json!({
            "first_response": { "minutes": minutes * factor, "time": "always" },
            "next_reply": { "minutes": minutes * factor * 2, "time": "business" },
            "resolution": { "minutes": minutes * factor * 4, "time": "always" },
        })
    };
    json!({ "p1": of(1), "p2": of(2), "p3": of(4), "p4": of(8) })
}

/// Every day from this hour to midnight.
pub(super) fn office(from: u16) -> Value {
    let day = json!([{ "from": format!("{from:02}:00"), "to": "24:00" }]);
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    json!({ "weekly": days.map(|name| (name, day.clone())).into_iter().collect::<BTreeMap<_, _>>() })
}
