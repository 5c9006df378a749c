//! Tickets: opened, found, handed out, talked about, and their promises.

use std::collections::{BTreeMap, BTreeSet};

use domain::tickets::{Status, allowed_from};
use futures::future::join_all;
use jiff::SignedDuration;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack};

const SCAN: &str = "tickets-sla-breach-scan";

fn at(ticket: &Value) -> String {
    format!("/v1/tickets/{}", ticket["id"].as_str().unwrap())
}

/// The numbers of the tickets in a list.
async fn numbers(person: &Person, query: &str) -> BTreeSet<u64> {
    let page = person.get(&format!("/v1/tickets?limit=100{query}")).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|ticket| ticket["number"].as_u64().unwrap()).collect()
}

fn stored(stack: &Stack) -> Value {
    stack.app.dynamo().execute("Scan", &json!({ "TableName": "Main" })).unwrap()
}

#[tokio::test]
async fn a_clients_user_opens_a_ticket_for_the_own_client() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (acme, zeta) = (owner.client("Acme").await, owner.client("Zeta").await);
    let customer = owner.colleague("client_user", json!({ "client": acme })).await;
    let body = json!({ "subject": " No mail ", "description": "Since nine.", "impact": "high", "urgency": "high" });
    let ticket = customer.create("/v1/tickets", body.clone()).await;
    for (name, expected) in [
        ("client", json!(acme)),
        ("subject", json!("No mail")),
        ("status", json!("new")),
        ("priority", json!("p1")),
        ("number", json!(1)),
        ("assignee", json!(null)),
    ] {
        assert_eq!(ticket[name], expected, "{name}");
    }
    assert_eq!(ticket["requester"]["user"], customer.id.as_str());
    for (name, value, status) in [
        ("priority", json!("p1"), 400),
        ("status", json!("open"), 400),
        ("status", json!("closed"), 400),
        ("client", json!(zeta), 404),
        ("subject", json!(""), 400),
        ("tags", json!(vec!["x"; 0]), 201),
    ] {
        let mut other = body.clone();
        other[name] = value;
        let answer = customer.post("/v1/tickets").json(&other).send().await;
        assert_eq!(answer.status, status, "{name}: {:#}", answer.body);
        if status == 400 {
            assert_eq!(answer.pointers(), [format!("/{name}")]);
        }
    }
}

#[tokio::test]
async fn tickets_are_found_by_what_they_are() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let (acme, zeta) = (owner.client("Acme").await, owner.client("Zeta").await);
    let technician = owner.colleague("technician", json!({})).await;
    let department = owner.create("/v1/departments", json!({ "name": "Network" })).await;
    let first = owner.ticket(&acme, json!({ "priority": "p1", "tags": ["VPN"] })).await;
    let second = owner.ticket(&acme, json!({ "department": department["id"] })).await;
    let third = owner.ticket(&zeta, json!({ "tags": ["vpn", "mail"] })).await;
    owner.ticket(&zeta, json!({ "status": "closed" })).await;
    technician.post(&format!("{}/take", at(&first))).send().await.expect(200);
    owner.post(&format!("{}/status", at(&third))).json(&json!({ "status": "resolved" })).send().await.expect(200);
    let department = second["department"].as_str().unwrap();
    for (query, expected) in [
        (String::new(), vec![1, 2]),
        ("&state=open".into(), vec![1, 2]),
        ("&state=done".into(), vec![3, 4]),
        ("&state=all".into(), vec![1, 2, 3, 4]),
        ("&status=closed".into(), vec![4]),
        ("&status=resolved&state=open".into(), vec![]),
        ("&status=open".into(), vec![1]),
        (format!("&client={acme}"), vec![1, 2]),
        (format!("&client={zeta}"), vec![]),
        (format!("&client={zeta}&state=all"), vec![3, 4]),
        (format!("&assignee={}", technician.id), vec![1]),
        ("&unassigned=true".into(), vec![2]),
        ("&unassigned=false".into(), vec![1]),
        (format!("&department={department}"), vec![2]),
        ("&priority=p1".into(), vec![1]),
        ("&tag=vpn".into(), vec![1]),
        ("&tag=VPN&state=all".into(), vec![1, 3]),
        ("&tag=vpn&unassigned=true&state=all".into(), vec![3]),
        ("&breached=true".into(), vec![]),
        ("&breached=false".into(), vec![1, 2]),
        (format!("&requester={}", technician.id), vec![]),
    ] {
        assert_eq!(numbers(&owner, &query).await, BTreeSet::from_iter(expected), "{query}");
    }
    let newest_first = owner.get("/v1/tickets?state=all").await.expect(200);
    let order: Vec<_> =
        newest_first["items"].as_array().unwrap().iter().map(|t| t["number"].as_u64().unwrap()).collect();
    assert_eq!(order, [4, 3, 2, 1]);
}

#[tokio::test]
async fn a_status_goes_where_the_machine_lets_it_and_says_where() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    for from in Status::ALL {
        for to in Status::ALL.into_iter().filter(|to| *to != from) {
            let ticket = owner.ticket(&client, json!({})).await;
            let set = |to: Status| {
                owner.post(&format!("{}/status", at(&ticket))).json(&json!({ "status": to.name() })).send()
            };
            if from == Status::Closed {
                set(Status::Resolved).await.expect(200);
            }
            set(from).await.expect(200);
            let answer = set(to).await;
            let detail = answer.body["detail"].as_str().unwrap_or_default().to_owned();
            if allowed_from(from).contains(&to) {
                assert_eq!(answer.expect(200)["status"], to.name(), "{from} to {to}");
                continue;
            }
            assert_eq!(answer.status, 409, "{from} to {to}: {:#}", answer.body);
            for allowed in allowed_from(from) {
                assert!(detail.contains(allowed.name()), "{from} to {to}: {detail}");
            }
            assert!(matches!(answer.problem(), "status-step" | "ticket-over"), "{}", answer.problem());
            assert_eq!(owner.get(&at(&ticket)).await.expect(200)["status"], from.name());
        }
    }
}

/// How many open tickets each of some people carries.
async fn loads(owner: &Person, people: &[Person]) -> Vec<usize> {
    join_all(people.iter().map(|person| async { numbers(owner, &format!("&assignee={}", person.id)).await.len() }))
        .await
}

async fn desk(owner: &Person, capacities: &[u32]) -> (Vec<Person>, Value) {
    let mut people = Vec::new();
    for capacity in capacities {
        people.push(owner.colleague("technician", json!({ "capacity": capacity })).await);
    }
    let members: Vec<&str> = people.iter().map(|person| person.id.as_str()).collect();
    let body = json!({ "name": "Service desk", "strategy": "round_robin", "members": members });
    (people, owner.create("/v1/departments", body).await["id"].clone())
}

#[tokio::test]
async fn turns_go_round_and_pass_over_whoever_is_full() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let (people, department) = desk(&owner, &[2, 4, 4]).await;
    let name = |id: &Value| people.iter().position(|person| *id == person.id.as_str());
    let mut turns = Vec::new();
    let mut tickets = Vec::new();
    for _ in 0..11 {
        let ticket = owner.ticket(&client, json!({ "department": department })).await;
        turns.push(name(&ticket["assignee"]));
        tickets.push(ticket);
    }
    let expected = [0, 1, 2, 0, 1, 2, 1, 2, 1, 2].map(Some).into_iter().chain([None]).collect::<Vec<_>>();
    assert_eq!(turns, expected);

    let full =
        owner.post(&format!("{}/assign", at(&tickets[10]))).json(&json!({ "assignee": people[0].id })).send().await;
    assert_eq!((full.status, full.problem()), (409, "at-capacity"));
    let full = people[0].post(&format!("{}/take", at(&tickets[10]))).send().await;
    assert_eq!((full.status, full.problem()), (409, "at-capacity"));
    owner.post(&format!("{}/status", at(&tickets[0]))).json(&json!({ "status": "resolved" })).send().await.expect(200);
    people[0].post(&format!("{}/take", at(&tickets[10]))).send().await.expect(200);
}

#[tokio::test]
async fn tickets_at_once_are_handed_out_evenly_and_never_beyond_capacity() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let (people, department) = desk(&owner, &[50, 50, 3]).await;
    join_all((0..27).map(|_| owner.ticket(&client, json!({ "department": department })))).await;
    assert_eq!(loads(&owner, &people).await, [12, 12, 3]);
}

#[tokio::test]
async fn of_fifty_who_take_a_ticket_at_once_one_gets_it() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let mut people = Vec::new();
    for _ in 0..5 {
        people.push(owner.colleague("technician", json!({})).await);
    }
    for round in 0..4 {
        let ticket = owner.ticket(&client, json!({})).await;
        let take = format!("{}/take", at(&ticket));
        let answers = join_all((0..50).map(|n| people[n % 5].post(&take).send())).await;
        let owned = owner.get(&at(&ticket)).await.expect(200);
        for answer in &answers {
            match answer.status {
                200 => assert_eq!(answer.body["assignee"], owned["assignee"]),
                _ => assert_eq!((answer.status, answer.problem()), (409, "already-taken"), "{:#}", answer.body),
            }
        }
        // The winner asked ten times and owns it; the forty others were told who does.
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 10, "round {round}");
        let timeline = owner.get(&format!("{}/timeline", at(&ticket))).await.expect(200);
        let assigned = timeline["items"].as_array().unwrap().iter().filter(|entry| entry["what"]["kind"] == "assigned");
        assert_eq!(assigned.count(), 1, "{timeline:#}");
    }
    assert_eq!(loads(&owner, &people).await.iter().sum::<usize>(), 4);
}

#[tokio::test]
async fn the_clients_side_never_reads_a_note() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let customer = owner.colleague("client_user", json!({ "client": client })).await;
    let admin = owner.colleague("client_admin", json!({ "client": client })).await;
    let ticket = customer.create("/v1/tickets", json!({ "subject": "Mail", "description": "None." })).await;
    let at = at(&ticket);
    let long = format!("The customer is difficult. {}", "Very. ".repeat(20_000));
    for note in ["The customer is difficult.", &long] {
        owner.create(&format!("{at}/notes"), json!({ "body": note })).await;
    }
    owner.create(&format!("{at}/replies"), json!({ "body": "We are on it." })).await;
    let inside = owner.get(&format!("{at}/timeline?limit=100")).await.expect(200);
    let notes = inside["items"].as_array().unwrap().iter().filter(|entry| entry["what"]["kind"] == "noted").count();
    assert_eq!(notes, 2);
    for reader in [&customer, &admin] {
        for path in
            [format!("{at}/timeline?limit=100"), format!("{at}/timeline?limit=1"), at.clone(), "/v1/tickets".into()]
        {
            let text = reader.get(&path).await.expect(200).to_string();
            assert!(!text.contains("difficult") && !text.contains("noted"), "{path}: {text}");
        }
        let timeline = reader.get(&format!("{at}/timeline?limit=100")).await.expect(200);
        assert!(timeline["items"].as_array().unwrap().iter().all(|entry| entry["public"] == true));
        assert!(timeline.to_string().contains("We are on it."));
        reader.post(&format!("{at}/notes")).json(&json!({ "body": "Me too." })).send().await.expect(403);
    }
    let letters = owner.stack.app.mailbox().letters();
    assert!(letters.iter().all(|letter| !letter.text.contains("difficult")));
}

#[tokio::test]
async fn a_clients_user_sees_the_own_tickets_and_its_admin_all_of_them() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (acme, zeta) = (owner.client("Acme").await, owner.client("Zeta").await);
    let mia = owner.colleague("client_user", json!({ "client": acme })).await;
    let ben = owner.colleague("client_user", json!({ "client": acme })).await;
    let admin = owner.colleague("client_admin", json!({ "client": acme })).await;
    let mut all = BTreeMap::new();
    for (who, client) in [(&mia, None), (&ben, None), (&owner, Some(&acme)), (&owner, Some(&zeta))] {
        let mut body = json!({ "subject": "Mail", "description": "None." });
        if let Some(client) = client {
            body["client"] = json!(client);
        }
        let ticket = who.create("/v1/tickets", body).await;
        all.insert(ticket["number"].as_u64().unwrap(), at(&ticket));
    }
    for (who, sees) in [(&mia, vec![1]), (&ben, vec![2]), (&admin, vec![1, 2, 3]), (&owner, vec![1, 2, 3, 4])] {
        assert_eq!(numbers(who, "").await, BTreeSet::from_iter(sees.clone()), "{}", who.email);
        for (number, at) in &all {
            let expected = if sees.contains(number) { 200 } else { 404 };
            who.get(at).await.expect(expected);
            who.get(&format!("{at}/timeline")).await.expect(expected);
            let reply = who.post(&format!("{at}/replies")).json(&json!({ "body": "Hello." })).send().await;
            assert_eq!(reply.status, if expected == 200 { 201 } else { 404 }, "{} at {number}", who.email);
        }
    }
    assert_eq!(numbers(&mia, &format!("&requester={}", ben.id)).await, BTreeSet::from([1]), "a filter opens nothing");
}

#[tokio::test]
async fn a_long_reply_is_kept_whole_and_not_in_the_table() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let ticket = owner.ticket(&client, json!({})).await;
    let long: String =
        (0..9_000).map(|n| format!("Zeile {n}: äöü€ ")).collect::<String>().chars().take(100_000).collect();
    for body in ["short", long.as_str()] {
        owner.create(&format!("{}/replies", at(&ticket)), json!({ "body": body })).await;
        let timeline = owner.get(&format!("{}/timeline?limit=100", at(&ticket))).await.expect(200);
        let kept = timeline["items"].as_array().unwrap().iter().any(|entry| entry["what"]["body"] == body);
        assert!(kept, "a reply of {} characters", body.chars().count());
    }
    let in_table = stored(&owner.stack).to_string();
    assert!(in_table.contains("short") && !in_table.contains("Zeile 5000"));
    let most = "x".repeat(200_001);
    let answer = owner.post(&format!("{}/replies", at(&ticket))).json(&json!({ "body": most })).send().await;
    assert_eq!((answer.status, answer.pointers()), (400, vec!["/body"]));
}

/// A client whose P1 tickets are promised to be solved in so many minutes of a calendar's time.
async fn promised(owner: &Person, minutes: u32, hours: Value) -> (String, String, Value) {
    let calendar = json!({ "name": "Office", "zone": "UTC", "hours": hours });
    let calendar = owner.create("/v1/calendars", calendar).await;
    let targets = json!({ "p1": { "resolution": { "minutes": minutes, "time": "business" } } });
    let policy = json!({ "name": "Gold", "calendar": calendar["id"], "targets": targets });
    let policy = owner.create("/v1/sla/policies", policy).await;
    let client = owner.create("/v1/clients", json!({ "name": "Acme", "sla": policy["id"] })).await;
    let ticket = owner.ticket(client["id"].as_str().unwrap(), json!({ "priority": "p1" })).await;
    let path = |kind: &str, thing: &Value| format!("/v1/{kind}/{}", thing["id"].as_str().unwrap());
    (path("sla/policies", &policy), path("calendars", &calendar), ticket)
}

#[tokio::test]
async fn a_changed_promise_recomputes_the_open_tickets() {
    let tuesdays = json!({ "weekly": { "tuesday": [{ "from": "00:00", "to": "24:00" }] } });
    let shorter = json!({ "targets": { "p1": { "resolution": { "minutes": 60, "time": "business" } } } });
    for (what, minutes, hours, change) in
        [("policy", 600, json!("always_open"), shorter), ("calendar", 60, tuesdays, json!({ "hours": "always_open" }))]
    {
        let stack = Stack::start().await;
        let owner = stack.msp("Nordlicht IT").await;
        let (policy, calendar, ticket) = promised(&owner, minutes, hours).await;
        stack.app.settle().await;
        stack.app.clock().advance(SignedDuration::from_mins(90)).unwrap();
        assert_eq!(stack.scan().await.done, 0, "{what}: nothing is due yet");
        assert_eq!(numbers(&owner, "&breached=true").await, BTreeSet::new(), "{what}");
        owner.change(if what == "policy" { &policy } else { &calendar }, change).await;
        stack.app.settle().await;
        let late = owner.get(&at(&ticket)).await.expect(200);
        assert_eq!(late["clocks"][0]["state"], "breached", "{what}: {late:#}");
        assert_eq!(numbers(&owner, "&breached=true").await, BTreeSet::from([1]), "{what}: without a scan in between");
    }
}

#[tokio::test]
async fn a_dry_run_of_the_scan_says_what_it_would_do_and_does_nothing() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let (_, _, ticket) = promised(&owner, 60, json!("always_open")).await;
    stack.app.settle().await;
    stack.app.clock().advance(SignedDuration::from_mins(90)).unwrap();
    let before = stored(&stack);
    let dry = stack.app.run_job(SCAN, JobInput { time: None, dry_run: true }).await.unwrap();
    assert_eq!(dry.would.len(), 1, "{dry:?}");
    assert_eq!(dry.would[0]["ticket"], ticket["id"]);
    stack.app.settle().await;
    assert_eq!(stored(&stack), before, "a dry run wrote something");
    assert_eq!(stack.scan().await.done, 1);
    assert_eq!(numbers(&owner, "&breached=true").await, BTreeSet::from([1]));
    let again = stack.scan().await;
    assert_eq!((again.done, again.failed), (0, 0), "what fired never fires again");
}
