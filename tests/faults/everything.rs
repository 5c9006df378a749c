//! Everything that Steward does, once: every route, job, reaction and stream, on each path that touches something else.

use serde_json::{Value, json};
use tests::{PASSWORD, Person, Stack, unique};

/// What a desk has before there are tickets.
struct Desk {
    owner: Person,
    technician: Person,
    customer: Person,
    client: String,
    department: Value,
    policy: Value,
    calendar: Value,
}

/// All of it.
pub(crate) async fn happens(stack: &Stack) {
    let owner = stack.msp("Nordlicht IT").await;
    let desk = Box::pin(set_up(owner)).await;
    Box::pin(identity(&desk)).await;
    Box::pin(clients(&desk)).await;
    Box::pin(promises(&desk)).await;
    Box::pin(tickets(&desk)).await;
    Box::pin(crate::rights_work::happens(&desk.owner, &desk.technician, &desk.client)).await;
    Box::pin(crate::rights_contracts::happens(&desk.owner)).await;
    Box::pin(crate::rights_licences::happens(&desk.owner, &desk.customer, &desk.client)).await;
    Box::pin(crate::rights_reports::happens(&desk.owner)).await;
    Box::pin(crate::rights_invoices::happens(stack, &desk.owner, &desk.customer, &desk.client)).await;
    Box::pin(crate::rights_payments::happens(stack, &desk.owner, &desk.customer, &desk.client)).await;
    Box::pin(crate::rights_documents::happens(stack, &desk.owner)).await;
    Box::pin(crate::rights_findings::happens(stack, &desk.owner, &desk.customer)).await;
    Box::pin(crate::rights_insights::happens(stack, &desk.owner)).await;
    Box::pin(crate::rights_budgets::happens(stack, &desk.owner, &desk.customer)).await;
    Box::pin(time_passes(stack, &desk)).await;
}

fn at(path: &str, thing: &Value) -> String {
    format!("{path}/{}", thing["id"].as_str().expect("an id"))
}

async fn set_up(owner: Person) -> Desk {
    let calendar = json!({ "name": "Always", "zone": "Europe/Berlin", "hours": "always_open" });
    let key = format!("key-{}-of-a-calendar", unique());
    let calendar = owner.post("/v1/calendars").key(&key).json(&calendar).send().await.expect(201);
    let client = owner.client("Acme Tools").await;
    let technician = owner.colleague("technician", json!({ "capacity": 50 })).await;
    let customer = owner.colleague("client_admin", json!({ "client": client })).await;
    let turns = json!({ "name": "Desk", "strategy": "round_robin", "members": [technician.id] });
    let turns = owner.create("/v1/departments", turns).await;
    let policy = json!({
        "name": "Gold", "calendar": calendar["id"], "warnings": [50],
        "targets": {
            "p3": { "first_response": { "minutes": 60, "time": "business" }, "resolution": { "minutes": 240, "time": "always" } },
            "p2": { "first_response": { "minutes": 60, "time": "business" }, "resolution": { "minutes": 240, "time": "always" } },
        },
        "ladder": [{ "on": ["resolution"], "when": { "after_breach_minutes": 0 }, "actions": [
            { "do": "raise_priority" }, { "do": "notify_roles", "roles": ["owner"] },
            { "do": "notify_users", "users": [owner.id] }, { "do": "move_to_department", "department": turns["id"] },
        ] }],
    });
    let policy = owner.create("/v1/sla/policies", policy).await;
    owner.change("/v1/tenant", json!({ "sla": policy["id"], "calendar": calendar["id"] })).await;
    Desk { owner, technician, customer, client, department: turns, policy, calendar }
}

async fn identity(desk: &Desk) {
    let Desk { owner, .. } = desk;
    let body = json!({
        "name": "Second", "zone": "Europe/Berlin", "currency": "EUR",
        "owner": { "name": "Otto", "email": format!("otto.{}@msp.example", unique()), "password": PASSWORD },
    });
    let key = format!("key-{}-of-a-tenant", unique());
    owner.stack.nobody().post("/v1/tenants").key(&key).json(&body).send().await.expect(201);
    owner.get("/v1/me").await.expect(200);
    desk.customer.get("/v1/me").await.expect(200);
    owner.get("/v1/tenant").await.expect(200);
    owner.get("/v1/users").await.expect(200);
    owner.get("/v1/audit").await.expect(200);
    let other = owner.colleague("technician", json!({})).await;
    let user = format!("/v1/users/{}", other.id);
    owner.get(&user).await.expect(200);
    owner.change(&user, json!({ "name": "Tilda", "role": "owner" })).await;
    let body = json!({ "email": other.email, "password": PASSWORD });
    let session = owner.stack.nobody().post("/v1/sessions").json(&body).send().await.expect(201);
    let body = json!({ "refresh_token": session["refresh_token"] });
    owner.stack.nobody().post("/v1/sessions/refresh").json(&body).send().await.expect(200);
    other.post("/v1/sessions/sign-out").send().await;
    owner.post(&format!("{user}/deactivate")).send().await.expect(200);
    let body = json!({ "email": other.email, "name": "Again", "role": "client_admin", "client": desk.client });
    owner.create("/v1/users", body).await;
}

async fn clients(desk: &Desk) {
    let Desk { owner, .. } = desk;
    let body = json!({ "name": "Birch Lane", "sla": desk.policy["id"], "calendar": desk.calendar["id"] });
    let key = format!("key-{}-of-a-client", unique());
    let client = owner.post("/v1/clients").key(&key).json(&body).send().await.expect(201);
    assert_eq!(owner.post("/v1/clients").key(&key).json(&body).send().await.expect(201), client);
    let path = at("/v1/clients", &client);
    owner.get(&path).await.expect(200);
    owner.get("/v1/clients").await.expect(200);
    desk.customer.get("/v1/clients").await;
    owner.change(&path, json!({ "name": "Birch Lane Ltd" })).await;
    owner.change(&path, json!({ "sla": "none" })).await;
    let contacts = format!("{path}/contacts");
    let contact = owner.create(&contacts, json!({ "name": "Kim", "email": "kim@birch.example" })).await;
    owner.get(&contacts).await.expect(200);
    owner.get(&at(&contacts, &contact)).await.expect(200);
    owner.change(&at(&contacts, &contact), json!({ "name": "Kim B." })).await;
}

async fn promises(desk: &Desk) {
    let Desk { owner, .. } = desk;
    for (path, thing) in
        [("/v1/calendars", &desk.calendar), ("/v1/sla/policies", &desk.policy), ("/v1/departments", &desk.department)]
    {
        owner.get(path).await.expect(200);
        owner.get(&at(path, thing)).await.expect(200);
    }
    owner.change(&at("/v1/calendars", &desk.calendar), json!({ "name": "Round the clock" })).await;
    let preview = std::fs::read_to_string(xtask::root().join("events/sla-preview.json")).expect("an event");
    let preview: Value = serde_json::from_str(&preview).expect("JSON");
    let preview: Value = serde_json::from_str(preview["body"].as_str().expect("a body")).expect("JSON");
    owner.post("/v1/sla/preview").json(&preview).send().await.expect(200);
    let mut stored = preview.clone();
    stored["policy"] = desk.policy["id"].clone();
    stored["calendar"] = desk.calendar["id"].clone();
    owner.post("/v1/sla/preview").json(&stored).send().await;
}

async fn tickets(desk: &Desk) {
    let Desk { owner, technician, customer, client, department, .. } = desk;
    let opened = technician.ticket(client, json!({ "description": "d".repeat(15_000) })).await;
    let path = at("/v1/tickets", &opened);
    customer
        .create(
            "/v1/tickets",
            json!({ "subject": "Slow", "description": "It is slow.", "department": department["id"] }),
        )
        .await;
    technician.post(&format!("{path}/take")).send().await.expect(200);
    let assign = format!("{path}/assign");
    owner.post(&assign).json(&json!({ "assignee": null })).send().await.expect(200);
    owner.post(&assign).json(&json!({ "assignee": technician.id })).send().await.expect(200);
    owner.change(&path, json!({ "urgency": "high", "description": "e".repeat(15_000) })).await;
    owner.change(&path, json!({ "department": department["id"] })).await;
    technician.create(&format!("{path}/notes"), json!({ "body": "n".repeat(20_000) })).await;
    technician
        .create(&format!("{path}/replies"), json!({ "body": "r".repeat(20_000), "then": "pending_customer" }))
        .await;
    customer.create(&format!("{path}/replies"), json!({ "body": "Still slow." })).await;
    technician.post(&format!("{path}/status")).json(&json!({ "status": "resolved" })).send().await.expect(200);
    technician.post(&format!("{path}/status")).json(&json!({ "status": "open" })).send().await.expect(200);
    for person in [owner, customer] {
        person.get(&path).await.expect(200);
        person.get(&format!("{path}/timeline")).await.expect(200);
        person.get("/v1/tickets").await.expect(200);
    }
    owner.get(&format!("/v1/tickets?client={client}")).await.expect(200);
    owner.get(&format!("/v1/tickets?assignee={}", technician.id)).await.expect(200);
    desk.owner.change(&at("/v1/departments", department), json!({ "name": "First line" })).await;
    let owned = technician.ticket(client, json!({ "urgency": "high" })).await;
    technician.post(&format!("{}/take", at("/v1/tickets", &owned))).send().await.expect(200);
    // A target that is over already: the recompute fires what it missed.
    desk.owner.stack.advance("PT10M").await;
    let targets = json!({ "targets": { "p2": { "resolution": { "minutes": 5, "time": "always" } }, "p3": { "resolution": { "minutes": 5, "time": "always" } } } });
    desk.owner.change(&at("/v1/sla/policies", &desk.policy), targets).await;
    desk.owner.stack.app.settle().await;
}

async fn time_passes(stack: &Stack, desk: &Desk) {
    let owned = desk.technician.ticket(&desk.client, json!({ "urgency": "high" })).await;
    desk.technician.post(&format!("{}/take", at("/v1/tickets", &owned))).send().await.expect(200);
    stack.advance("PT12H").await;
    // An item that nobody can read is put off.
    let opened = desk.technician.ticket(&desk.client, json!({ "priority": "p3" })).await;
    crate::poison(stack, &desk.owner.tenant, opened["id"].as_str().expect("an id"));
    stack.advance("PT12H").await;
    stack.app.settle().await;
}
