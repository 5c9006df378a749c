//! What always holds at a desk, read past the seam from the table itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::billing::RUN;
use super::books;
use super::desk::Tenant;
use super::operations::SCAN;
use super::table::{Table, s};
use crate::Stack;

/// The jobs that a simulation runs.
const JOBS: [&str; 2] = [SCAN, RUN];

/// Everything of one tenant that the invariants speak of.
#[derive(Default)]
struct Found<'a> {
    tickets: BTreeMap<&'a str, &'a Value>,
    /// Timeline entries by ticket.
    entries: BTreeMap<&'a str, Vec<&'a Value>>,
    loads: BTreeMap<&'a str, i64>,
    users: BTreeMap<&'a str, &'a Value>,
    clients: BTreeSet<&'a str>,
    drawn: u64,
}

fn n(value: &Value, name: &str) -> i64 {
    value[name]["N"].as_str().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn find<'a>(table: &'a Table, tenant: &'a str) -> Found<'a> {
    let mut found = Found::default();
    for (kind, id, sk, record) in table.of(tenant) {
        let value = record.value();
        match (kind, sk) {
            ("TICKET", "@") => drop(found.tickets.insert(id, value)),
            ("TICKET", sk) if sk.starts_with("ENTRY#") => {
                found.entries.entry(id).or_default().push(&value["entry"]["M"]);
            }
            ("USER", "WORKLOAD") => drop(found.loads.insert(id, n(&record.item, "n"))),
            ("USER", "@") => drop(found.users.insert(id, value)),
            ("CLIENT", "@") => drop(found.clients.insert(id)),
            ("COUNTER", _) if id == "TICKET" => found.drawn = n(&record.item, "n").unsigned_abs(),
            _ => {}
        }
    }
    found
}

/// Fails when an invariant is broken.
pub(super) fn look(stack: &Stack, table: &mut Table, tenants: &[Tenant], when: &str) {
    let touched = table.catch_up(stack);
    for tenant in tenants {
        let of = &tenant.cast.owner.tenant;
        let found = find(table, of);
        acknowledged(tenant, &found, when);
        numbers(&found, when);
        loads(&found, when);
        // What a ticket tells of itself changes with the ticket.
        for (id, ticket) in found.tickets.iter().filter(|(id, _)| touched.contains(&format!("{of}#TICKET#{id}"))) {
            let entries = found.entries.get(id).map(Vec::as_slice).unwrap_or_default();
            owners(id, ticket, entries, when);
            clocks(id, ticket, entries, when);
        }
        misses(tenant, &found, when);
        books::look(table, tenant, when);
    }
}

fn acknowledged(tenant: &Tenant, found: &Found, when: &str) {
    let tally = tenant.tally.borrow();
    for (id, told) in &tally.tickets {
        let ticket = found.tickets.get(id.as_str());
        let ticket = ticket.unwrap_or_else(|| panic!("{id} was acknowledged and is lost, {when}"));
        assert_eq!(s(ticket, "subject"), told.subject, "{id}, {when}");
        assert_eq!(n(ticket, "number").unsigned_abs(), told.number, "{id}, {when}");
        assert_eq!(s(ticket, "client"), told.client, "{id}, {when}");
    }
    let opened = |id: &&&str| !tally.tickets.contains_key(**id);
    let unknown: Vec<_> = found.tickets.keys().filter(opened).collect();
    assert!(unknown.is_empty(), "tickets that nobody was told of: {unknown:?}, {when}");
    for client in tally.clients.keys() {
        assert!(found.clients.contains(client.as_str()), "{client} was acknowledged and is lost, {when}");
    }
    for (text, ticket) in &tally.texts {
        let said = |entry: &&&Value| s(&entry["what"]["M"], "body") == text;
        let count = found.entries.get(ticket.as_str()).into_iter().flatten().filter(said).count();
        assert_eq!(count, 1, "{text:?} in {ticket}, {when}");
    }
}

/// A number is drawn before the transaction that uses it: one that was drawn in vain is lost, none is given twice.
fn numbers(found: &Found, when: &str) {
    let numbers: BTreeSet<u64> = found.tickets.values().map(|ticket| n(ticket, "number").unsigned_abs()).collect();
    assert_eq!(numbers.len(), found.tickets.len(), "a number twice, {when}");
    let last = numbers.last().copied().unwrap_or_default();
    assert!(last <= found.drawn, "number {last} of {} drawn, {when}", found.drawn);
}

fn loads(found: &Found, when: &str) {
    let mut carried: BTreeMap<&str, i64> = BTreeMap::new();
    for ticket in found.tickets.values() {
        let over = ["resolved", "closed", "cancelled"].contains(&s(ticket, "status"));
        if !over && !s(ticket, "assignee").is_empty() {
            *carried.entry(s(ticket, "assignee")).or_default() += 1;
        }
    }
    for (user, value) in &found.users {
        let (carries, counted) = (carried.get(user).copied(), found.loads.get(user).copied());
        assert_eq!(carries.unwrap_or_default(), counted.unwrap_or_default(), "{user} carries what is counted, {when}");
        if let Some(capacity) = value["capacity"]["N"].as_str().and_then(|number| number.parse::<i64>().ok()) {
            assert!(carries.unwrap_or_default() <= capacity, "{user} carries {carries:?} of {capacity}, {when}");
        }
    }
}

/// Owners follow one another: whoever had the ticket gave it up before the next one got it.
fn owners(id: &str, ticket: &Value, entries: &[&Value], when: &str) {
    let mut balance: BTreeMap<&str, i64> = BTreeMap::new();
    for what in entries.iter().map(|entry| &entry["what"]["M"]).filter(|what| s(what, "kind") == "assigned") {
        *balance.entry(s(what, "to")).or_default() += 1;
        *balance.entry(s(what, "from")).or_default() -= 1;
    }
    let owner = s(ticket, "assignee");
    for (user, held) in balance.into_iter().filter(|(user, _)| !user.is_empty()) {
        assert_eq!(held, i64::from(user == owner), "{user} and {id}, which is {owner}'s, {when}");
    }
}

/// Each warning, miss and rung of a clock that runs once is told once; of the clock of replies, each miss.
fn clocks(id: &str, ticket: &Value, entries: &[&Value], when: &str) {
    let mut told: BTreeMap<(String, String, String), i64> = BTreeMap::new();
    for what in entries.iter().map(|entry| &entry["what"]["M"]) {
        if ["warned", "breached", "escalated"].contains(&s(what, "kind")) {
            let which = (s(what, "kind").to_owned(), s(what, "clock").to_owned(), what["percent"].to_string());
            *told.entry(which).or_default() += 1;
        }
    }
    let sla = &ticket["sla"]["M"];
    for ((kind, clock, percent), count) in &told {
        if clock != "next_reply" {
            assert_eq!(*count, 1, "{kind} {percent} of {clock} in {id}, {when}");
        }
    }
    let breached = |clock: &str| told.get(&("breached".into(), clock.into(), "null".into())).copied();
    for clock in ["first_response", "resolution"] {
        let since = s(sla, &format!("{clock}_breached_at"));
        assert_eq!(breached(clock).is_some(), !since.is_empty(), "{clock} of {id} is told as it is, {when}");
    }
    assert_eq!(breached("next_reply").unwrap_or_default(), n(sla, "replies_missed"), "replies of {id}, {when}");
}

/// A miss that was there once is there for good, at its instant.
fn misses(tenant: &Tenant, found: &Found, when: &str) {
    let mut tally = tenant.tally.borrow_mut();
    for (id, ticket) in &found.tickets {
        for clock in ["first_response_breached_at", "next_reply_breached_at", "resolution_breached_at"] {
            let since = s(&ticket["sla"]["M"], clock).to_owned();
            let known = tally.breaches.get(&((*id).to_owned(), clock));
            assert!(
                known.is_none_or(|known| *known == since),
                "{clock} of {id} was {known:?} and is {since:?}, {when}"
            );
            if !since.is_empty() {
                tally.breaches.insert(((*id).to_owned(), clock), since);
            }
        }
    }
}

/// When all is quiet: nothing is left to do, nothing was given up, and the lists show what is there.
pub(super) async fn in_the_end(stack: &Stack, table: &Table, tenants: &[Tenant], again: &str) {
    let whole = Table::whole(stack);
    assert!(table.items().eq(whole.items()), "the invariants were not shown what is in the table, {again}");
    let now = format!("{:.3}", stack.now());
    for item in whole.items() {
        assert!(item["parked_at"].is_null(), "{} is parked, {again}", item["pk"]);
        let due = s(item, "dsk");
        let by = s(item, "dpk").split('#').next().unwrap_or_default();
        let done = due.is_empty() || due > now.as_str() || !JOBS.contains(&by);
        assert!(done, "{due} is still to be done by {by} at {now}, {again}");
    }
    for tenant in tenants {
        let found = find(&whole, &tenant.cast.owner.tenant);
        let mut listed = BTreeSet::new();
        let mut at = "/v1/tickets?state=all&limit=100".to_owned();
        loop {
            let page = tenant.cast.owner.get(&at).await.expect(200);
            let ids = page["items"].as_array().into_iter().flatten().filter_map(|ticket| ticket["id"].as_str());
            listed.extend(ids.map(str::to_owned));
            let Some(next) = page["next"].as_str() else { break };
            at = format!("/v1/tickets?state=all&limit=100&cursor={next}");
        }
        let there: BTreeSet<String> = found.tickets.into_keys().map(str::to_owned).collect();
        assert_eq!(listed, there, "the list shows what is there, {again}");
    }
}
