//! Calendars, policies, and previews of what they come to.

use serde_json::{Value, json};
use tests::{Person, Stack};

fn weekdays(from: &str, to: &str) -> Value {
    let day = json!([{ "from": from, "to": to }]);
    json!({ "weekly": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day } })
}

#[tokio::test]
async fn a_calendar_is_added_read_listed_and_changed() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let body = json!({
        "name": "Office", "zone": "Europe/Berlin", "hours": weekdays("08:00", "24:00"),
        "holidays": [{ "on": "12-25", "name": "Christmas Day" }],
    });
    let added = owner.create("/v1/calendars", body).await;
    let at = format!("/v1/calendars/{}", added["id"].as_str().unwrap());
    assert_eq!(owner.get(&at).await.expect(200), added);
    assert_eq!(owner.get("/v1/calendars").await.expect(200)["items"], json!([added]));
    let changed = owner.change(&at, json!({ "hours": "always_open", "holidays": [] })).await;
    assert_eq!((&changed["hours"], &changed["holidays"]), (&json!("always_open"), &json!([])));
    assert_eq!(changed["zone"], "Europe/Berlin");
}

#[tokio::test]
async fn a_calendar_without_an_open_hour_is_refused() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let body = json!({ "name": "Never", "zone": "Europe/Berlin", "hours": { "weekly": {} } });
    let problem = owner.post("/v1/calendars").json(&body).send().await.with(400);
    assert_eq!(problem.pointers(), ["/hours/weekly"]);
}

#[tokio::test]
async fn a_policy_is_added_read_listed_and_changed() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let calendar = json!({ "name": "Office", "zone": "Europe/Berlin", "hours": weekdays("08:00", "17:00") });
    let calendar = owner.create("/v1/calendars", calendar).await;
    let body = json!({
        "name": "Gold", "calendar": calendar["id"], "warnings": [50, 80],
        "targets": { "p1": { "resolution": { "minutes": 240, "time": "business" } } },
        "ladder": [{ "on": ["resolution"], "when": { "at_percent": 100 }, "actions": [{ "do": "notify_users", "users": [owner.id] }] }],
    });
    let added = owner.create("/v1/sla/policies", body).await;
    let at = format!("/v1/sla/policies/{}", added["id"].as_str().unwrap());
    assert_eq!(owner.get(&at).await.expect(200), added);
    assert_eq!(owner.get("/v1/sla/policies").await.expect(200)["items"], json!([added]));
    let changed = owner.change(&at, json!({ "calendar": null, "warnings": [] })).await;
    assert_eq!((&changed["calendar"], &changed["warnings"]), (&json!(null), &json!([])));
    assert_eq!(changed["ladder"], added["ladder"]);
}

#[tokio::test]
async fn whom_a_ladder_names_must_be_there_and_be_the_msps_own() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let customer = owner.colleague("client_user", json!({ "client": client })).await;
    let body = json!({
        "name": "Gold",
        "targets": { "p1": { "resolution": { "minutes": 240, "time": "always" } } },
        "calendar": "cal_01970000000070008000000000000009",
        "ladder": [{ "on": ["resolution"], "when": { "at_percent": 100 }, "actions": [
            { "do": "notify_users", "users": [owner.id, customer.id] },
            { "do": "move_to_department", "department": "dep_01970000000070008000000000000009" },
        ] }],
    });
    let problem = owner.post("/v1/sla/policies").json(&body).send().await.with(400);
    assert_eq!(problem.pointers(), ["/calendar", "/ladder/0/actions/0/users/1", "/ladder/0/actions/1/department"]);
}

fn question() -> Value {
    json!({
        "calendar": { "zone": "Europe/Berlin", "hours": weekdays("09:00", "17:00") },
        "policy": {
            "targets": { "p2": {
                "first_response": { "minutes": 60, "time": "business" },
                "resolution": { "minutes": 480, "time": "business" },
            } },
            "warnings": [50],
            "ladder": [{ "on": ["resolution"], "when": { "at_percent": 100 }, "actions": [{ "do": "raise_priority" }] }],
        },
        "priority": "p2",
        // A Thursday; Berlin is an hour ahead of UTC.
        "created_at": "2026-03-26T09:00:00Z",
        "steps": [
            { "at": "2026-03-26T09:30:00Z", "what": "staff_replied" },
            { "at": "2026-03-26T10:00:00Z", "what": { "status": "pending_customer" } },
            { "at": "2026-03-26T14:00:00Z", "what": "customer_replied" },
            { "at": "2026-03-26T14:00:00Z", "what": { "status": "open" } },
        ],
        "now": "2026-03-27T09:00:00Z",
    })
}

#[tokio::test]
async fn a_preview_says_how_the_clocks_stand_and_what_is_still_to_come() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let answer = owner.post("/v1/sla/preview").json(&question()).send().await.expect(200);
    let clock = |kind: &str| answer["clocks"].as_array().unwrap().iter().find(|clock| clock["kind"] == kind).unwrap();
    assert_eq!(clock("first_response")["state"], "met");
    // An hour before the pause, two until five in the afternoon, one on Friday morning.
    assert_eq!(clock("resolution")["consumed_s"], 4 * 3600);
    assert_eq!(clock("resolution")["state"], "at_risk");
    assert_eq!(clock("resolution")["due"], "2026-03-27T13:00:00Z");
    assert_eq!(answer["next_due"], "resolution");
    let fired: Vec<_> = answer["fired"].as_array().unwrap().iter().map(|f| (&f["clock"], &f["at"])).collect();
    let expected = [
        (json!("first_response"), json!("2026-03-26T09:30:00Z")),
        (json!("resolution"), json!("2026-03-27T09:00:00Z")),
    ];
    assert_eq!(fired, expected.iter().map(|(clock, at)| (clock, at)).collect::<Vec<_>>());
    let upcoming: Vec<_> = answer["upcoming"].as_array().unwrap().iter().map(|f| &f["what"]).collect();
    assert_eq!(upcoming[0], "breach");
    assert_eq!(upcoming[1]["escalation"]["actions"], json!([{ "do": "raise_priority" }]));
}

#[tokio::test]
async fn a_preview_of_what_cannot_be_says_where() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    for (change, pointer) in [
        (json!({ "calendar": { "zone": "UTC", "hours": { "weekly": {} } } }), "/calendar/hours/weekly"),
        (json!({ "policy": { "targets": {} } }), "/policy/targets"),
        (json!({ "now": "2026-03-26T09:15:00Z" }), "/steps/0/at"),
        (json!({ "created_at": "2010-03-26T09:00:00Z", "steps": [] }), "/created_at"),
        (json!({ "status": "closed" }), "/steps/1/what"),
    ] {
        let mut body = question();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let problem = owner.post("/v1/sla/preview").json(&body).send().await.with(400);
        assert!(problem.pointers().contains(&pointer), "{pointer}: {:#}", problem.body);
    }
}

#[tokio::test]
async fn a_preview_of_an_absurd_calendar_is_quick() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let mut body = question();
    body["calendar"]["hours"] = json!({ "weekly": { "monday": [{ "from": "00:00", "to": "00:01" }] } });
    body["policy"]["targets"]["p2"]["resolution"]["minutes"] = json!(2_635_200);
    let answer = owner.post("/v1/sla/preview").json(&body).send();
    let answer = tokio::time::timeout(std::time::Duration::from_secs(10), answer).await.expect("an answer in time");
    let clocks = answer.expect(200)["clocks"].clone();
    let resolution = clocks.as_array().unwrap().iter().find(|clock| clock["kind"] == "resolution").unwrap().clone();
    assert_eq!(resolution["due"], Value::Null, "it never falls due in a hundred years");
}

/// When a ticket is to be resolved, as its view says.
async fn due(owner: &Person, ticket: &str) -> Value {
    let view = owner.get(&format!("/v1/tickets/{ticket}")).await.expect(200);
    let clocks = view["clocks"].as_array().cloned().unwrap_or_default();
    clocks.into_iter().find(|clock| clock["kind"] == "resolution").map_or(Value::Null, |clock| clock["due"].clone())
}

/// Whatever a promise hangs on moves an open ticket's due: opened on Monday at 11:00 UTC, an hour was promised.
#[tokio::test]
async fn an_open_tickets_due_moves_with_whatever_its_promise_hangs_on() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let id = |view: &Value| view["id"].as_str().unwrap().to_owned();
    let hour = |minutes: u32, time: &str| {
        let target = json!({ "resolution": { "minutes": minutes, "time": time } });
        json!({ "p1": target, "p2": target, "p3": target, "p4": target })
    };
    // Open from 13:00 UTC on Mondays.
    let later = json!({ "weekly": { "monday": [{ "from": "14:00", "to": "18:00" }] } });
    let calendar = |name: &str, hours: &Value| json!({ "name": name, "zone": "Europe/Berlin", "hours": hours });
    let at_two = id(&owner.create("/v1/calendars", calendar("From two", &later)).await);
    let two_hours = json!({ "name": "Silver", "targets": hour(120, "always") });
    let two_hours = id(&owner.create("/v1/sla/policies", two_hours).await);
    for (what, path, change, expected) in [
        (
            "its policy's targets",
            "/v1/sla/policies/{policy}",
            json!({ "targets": hour(90, "business") }),
            json!("2026-02-02T12:30:00Z"),
        ),
        (
            "its policy's calendar",
            "/v1/sla/policies/{policy}",
            json!({ "calendar": at_two }),
            json!("2026-02-02T14:00:00Z"),
        ),
        ("its calendar's hours", "/v1/calendars/{calendar}", json!({ "hours": later }), json!("2026-02-02T14:00:00Z")),
        (
            "its calendar's days off",
            "/v1/calendars/{calendar}",
            json!({ "holidays": [{ "on": "2026-02-02", "name": "Closed" }] }),
            json!("2026-02-03T00:00:00Z"),
        ),
        ("its client's policy", "/v1/clients/{client}", json!({ "sla": two_hours }), json!("2026-02-02T13:00:00Z")),
        ("its client's having none", "/v1/clients/{client}", json!({ "sla": "none" }), Value::Null),
        ("its client's calendar", "/v1/clients/{client}", json!({ "calendar": at_two }), json!("2026-02-02T14:00:00Z")),
        (
            "its department's policy",
            "/v1/departments/{department}",
            json!({ "sla": two_hours }),
            json!("2026-02-02T13:00:00Z"),
        ),
        (
            "its department's calendar",
            "/v1/departments/{department}",
            json!({ "calendar": at_two }),
            json!("2026-02-02T14:00:00Z"),
        ),
        ("its tenant's policy", "/v1/tenant", json!({ "sla": two_hours }), json!("2026-02-02T13:00:00Z")),
        ("its tenant's calendar", "/v1/tenant", json!({ "calendar": at_two }), json!("2026-02-02T14:00:00Z")),
    ] {
        let always = id(&owner.create("/v1/calendars", calendar("Always", &json!("always_open"))).await);
        let policy = json!({ "name": "Gold", "targets": hour(60, "business") });
        let policy = id(&owner.create("/v1/sla/policies", policy).await);
        owner.change("/v1/tenant", json!({ "sla": policy, "calendar": always })).await;
        let client = owner.client("Acme Tools").await;
        let department = id(&owner.create("/v1/departments", json!({ "name": "Desk" })).await);
        let ticket = id(&owner.ticket(&client, json!({ "department": department })).await);
        let before = due(&owner, &ticket).await;
        assert_eq!(before, "2026-02-02T12:00:00Z", "{what}");
        let names =
            [("{policy}", &policy), ("{calendar}", &always), ("{client}", &client), ("{department}", &department)];
        let path = names.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
        owner.change(&path, change).await;
        owner.stack.app.settle().await;
        assert_eq!(due(&owner, &ticket).await, expected, "{what}");
        let stored = owner.stack.items("Main");
        let item = stored.iter().find(|item| item["lsk"]["S"] == ticket.as_str()).unwrap();
        let kept = &item["v"]["M"]["sla"]["M"]["dues"]["M"]["resolution"];
        assert_eq!(kept["S"].as_str(), expected.as_str(), "{what}: what the scan goes by");
    }
}
