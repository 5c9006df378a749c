//! What every route has in common: how it reads a request, refuses it, and does a repeated one once.

use contract::{MAX_BODY_BYTES, catalog};
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{Answer, Person, Stack};

use crate::probe::{Things, ask, body_schema};

/// A refusal as RFC 9457 wants it, of this status and kind.
#[track_caller]
fn refused(answer: &Answer, status: u16, kind: &str) {
    assert_eq!((answer.status, answer.problem()), (status, kind), "{:#}", answer.body);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let text = |name: &str| answer.body[name].as_str().unwrap_or_else(|| panic!("no {name}: {:#}", answer.body));
    assert_eq!(text("type"), format!("https://steward.dev/problems/{kind}"));
    assert_eq!(answer.body["status"], status);
    assert!(!text("title").is_empty() && text("detail").len() > 20 && text("request_id").starts_with("req_"));
}

async fn client_and_etag(owner: &Person) -> (String, String) {
    let at = format!("/v1/clients/{}", owner.client("Acme").await);
    let etag = owner.get(&at).await.etag();
    (at, etag)
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_what_to_do() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let post = || owner.post("/v1/clients").header("content-type", "application/json");
    for (what, answer, kind, pointers) in [
        ("an unknown field", post().bytes(r#"{"name":"Acme","nmae":"x"}"#), "invalid-input", vec!["/nmae"]),
        ("a wrong type", post().bytes(r#"{"name":7}"#), "invalid-input", vec!["/name"]),
        (
            "a wrong type inside",
            post().bytes(r#"{"name":"A","sites":[{"name":"B"},{"name":[]}]}"#),
            "invalid-input",
            vec!["/sites/1/name"],
        ),
        ("a missing field", post().bytes("{}"), "invalid-input", vec![""]),
        ("nothing", post(), "invalid-input", vec![""]),
        ("a field twice", post().bytes(r#"{"name":"A","name":"B"}"#), "invalid-input", vec![""]),
        ("an array", post().bytes("[]"), "invalid-input", vec![""]),
        ("not JSON", post().bytes("name=Acme"), "not-json", vec![""]),
        ("half of JSON", post().bytes(r#"{"name":"Ac"#), "not-json", vec!["/name"]),
        ("two bodies", post().bytes(r#"{"name":"A"}{"name":"B"}"#), "not-json", vec![]),
        ("not UTF-8", post().bytes(&b"{\"name\":\"\xff\xfe\"}"[..]), "not-json", vec!["/name"]),
        ("a fathomless nesting", post().bytes("[".repeat(100_000)), "invalid-input", vec!["/0"]),
    ] {
        let answer = answer.send().await;
        assert_eq!(answer.status, 400, "{what}: {:#}", answer.body);
        assert_eq!((answer.problem(), answer.pointers()), (kind, pointers), "{what}: {:#}", answer.body);
        refused(&answer, 400, kind);
    }
    assert_eq!(owner.get("/v1/clients").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn refusals_are_problem_documents_whatever_the_status() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let (at, _) = client_and_etag(&owner).await;
    let technician = owner.colleague("technician", json!({})).await;
    let new = json!({ "name": "Zeta" });
    let wrong = json!({ "email": owner.email, "password": "marble window seventeen otters" });
    refused(&stack.nobody().post("/v1/sessions").json(&wrong).send().await, 401, "unauthenticated");
    refused(&technician.post("/v1/clients").json(&new).send().await, 403, "forbidden");
    for nothing in ["/v1/clients/cli_01970000000070008000000000000009", "/v1/clients/7"] {
        refused(&owner.get(nothing).await, 404, "not-found");
    }
    for (method, nowhere) in [("GET", "/v1/nothing"), ("GET", "/"), ("GET", "/v2/me"), ("DELETE", at.as_str())] {
        assert_eq!(owner.ask(method, nowhere).send().await.expect(404), json!({ "message": "Not Found" }), "{nowhere}");
    }
    let last = owner.post(&format!("/v1/users/{}/deactivate", owner.id)).send().await;
    refused(&last, 409, "last-owner");
    let padded = format!("{{\"name\":\"Acme\"{}}}", " ".repeat(MAX_BODY_BYTES));
    let large = owner.post("/v1/clients").header("content-type", "application/json").bytes(padded);
    refused(&large.send().await, 413, "too-large");
    for media in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data", ""] {
        let other = owner.post("/v1/clients").header("content-type", media).bytes(new.to_string());
        refused(&other.send().await, 415, "unsupported-media-type");
    }
    let utf8 = owner.post("/v1/clients").header("content-type", "Application/JSON; charset=utf-8");
    utf8.bytes(new.to_string()).send().await.expect(201);
}

#[tokio::test]
async fn a_query_is_read_as_strictly_as_a_body() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    for (query, pointer) in [
        ("limit=0", "?limit"),
        ("limit=101", "?limit"),
        ("limit=-1", "?limit"),
        ("limit=ten", "?limit"),
        ("limit=", "?limit"),
        ("limit=99999999999999999999", "?limit"),
        ("cursor=", "?cursor"),
        ("cursor=%FF", "?cursor"),
        ("lim=5", "?lim"),
    ] {
        for list in ["/v1/clients", "/v1/tickets", "/v1/users", "/v1/departments", "/v1/calendars", "/v1/sla/policies"]
        {
            let answer = owner.get(&format!("{list}?{query}")).await;
            refused(&answer, 400, "invalid-input");
            assert_eq!(answer.pointers(), [pointer], "{list}?{query}");
        }
    }
    for good in ["limit=1", "limit=100"] {
        owner.get(&format!("/v1/clients?{good}")).await.expect(200);
    }
}

#[tokio::test]
async fn a_change_says_what_it_has_read() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (at, etag) = client_and_etag(&owner).await;
    let change = json!({ "name": "Acme Tools" });
    refused(&owner.patch(&at).json(&change).send().await, 428, "match-required");
    for stale in ["\"0\"", "\"2\"", "*", "x", "", "\"1\", \"2\"", "\"18446744073709551616\""] {
        refused(&owner.patch(&at).if_match(stale).json(&change).send().await, 412, "stale");
    }
    let changed = owner.patch(&at).if_match(&etag).json(&change).send().await.with(200);
    assert_ne!(changed.etag(), etag);
    refused(&owner.patch(&at).if_match(&etag).json(&json!({ "name": "Old" })).send().await, 412, "stale");
    assert_eq!(owner.get(&at).await.with(200).etag(), changed.etag());
}

#[tokio::test]
async fn of_twenty_changes_of_the_same_revision_one_is_made() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (at, etag) = client_and_etag(&owner).await;
    let changes =
        (0..20).map(|n| owner.patch(&at).if_match(&etag).json(&json!({ "name": format!("Acme {n}") })).send());
    let answers = join_all(changes).await;
    let made: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(made.len(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 412)));
    assert_eq!(owner.get(&at).await.expect(200), made[0].body);
}

#[tokio::test]
async fn twenty_racing_editors_lose_no_update() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let ticket = owner.ticket(&client, json!({})).await;
    let at = format!("/v1/tickets/{}", ticket["id"].as_str().unwrap());
    join_all((0..20).map(|n| {
        let (owner, at) = (&owner, &at);
        async move {
            loop {
                let read = owner.get(at).await.with(200);
                let mut tags = read.body["tags"].clone();
                tags.as_array_mut().unwrap().push(json!(format!("tag-{n:02}")));
                let answer = owner.patch(at).if_match(&read.etag()).json(&json!({ "tags": tags })).send().await;
                match answer.status {
                    200 => break,
                    412 => {}
                    _ => panic!("{:#}", answer.body),
                }
            }
        }
    }))
    .await;
    let mut tags: Vec<String> = serde_json::from_value(owner.get(&at).await.expect(200)["tags"].clone()).unwrap();
    tags.sort_unstable();
    assert_eq!(tags, (0..20).map(|n| format!("tag-{n:02}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn fifty_requests_with_one_key_open_one_ticket() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    for round in 0..4 {
        let client = owner.client(&format!("Acme {round}")).await;
        let body = json!({ "client": client, "subject": "Printer", "description": "It says E-302." });
        let key = format!("key-{round}");
        let answers = join_all((0..50).map(|_| owner.post("/v1/tickets").key(&key).json(&body).send())).await;
        for answer in &answers {
            assert_eq!(answer.status, 201, "{:#}", answer.body);
            assert_eq!((&answer.body, answer.header("etag")), (&answers[0].body, answers[0].header("etag")));
        }
        assert_eq!(answers.iter().filter(|answer| answer.header("idempotent-replayed").is_none()).count(), 1);
        let tickets = owner.get(&format!("/v1/tickets?client={client}")).await.expect(200);
        assert_eq!(tickets["items"].as_array().unwrap().len(), 1, "round {round}");
        let at = format!("/v1/tickets/{}/timeline", answers[0].body["id"].as_str().unwrap());
        assert_eq!(owner.get(&at).await.expect(200)["items"].as_array().unwrap().len(), 1, "round {round}");
    }
}

#[tokio::test]
async fn a_key_stands_for_one_request_of_one_person() {
    let stack = Stack::start().await;
    let (owner, other) = (stack.msp("Nordlicht IT").await, stack.msp("Südwind IT").await);
    let colleague = owner.colleague("owner", json!({})).await;
    let add = |person: &Person, name: &str| person.post("/v1/clients").key("one").json(&json!({ "name": name })).send();
    let first = add(&owner, "Acme").await.expect(201);
    refused(&add(&owner, "Zeta").await, 422, "idempotency-key-reused");
    refused(
        &owner.post("/v1/clients?x=1").key("one").json(&json!({ "name": "Acme" })).send().await,
        422,
        "idempotency-key-reused",
    );
    for stranger in [&colleague, &other] {
        assert_ne!(add(stranger, "Acme").await.expect(201)["id"], first["id"]);
    }
    let department = owner.post("/v1/departments").key("one").json(&json!({ "name": "Desk" })).send().await;
    department.expect(201);
    assert_eq!(add(&owner, "Acme").await.expect(201), first);
    for bad in ["", "two words", &"k".repeat(256)] {
        let answer = owner.post("/v1/clients").key(bad).json(&json!({ "name": "Zeta" })).send().await;
        refused(&answer, 400, "idempotency-key-invalid");
    }
}

#[tokio::test]
async fn a_repeat_of_what_changed_nothing_changes_nothing_later_either() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme Tools").await;
    let technician = owner.colleague("technician", json!({})).await;
    let ticket = owner.ticket(&client, json!({})).await;
    let assign = format!("/v1/tickets/{}/assign", ticket["id"].as_str().unwrap());
    let to = json!({ "assignee": technician.id });
    owner.post(&assign).json(&to).send().await.expect(200);
    let again = || owner.post(&assign).key("they-have-it-already").json(&to).send();
    let first = again().await.expect(200);
    let without = owner.post(&assign).json(&json!({ "assignee": null })).send().await.expect(200);
    assert_eq!(again().await.expect(200), first);
    let path = format!("/v1/tickets/{}", ticket["id"].as_str().unwrap());
    assert_eq!(owner.get(&path).await.expect(200), without);
    let other = owner.post(&assign).key("they-have-it-already").json(&json!({ "assignee": null })).send().await;
    assert_eq!(other.with(422).problem(), "idempotency-key-reused");
}

#[tokio::test]
async fn a_refused_request_does_not_use_up_its_key() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    owner.post("/v1/clients").key("one").json(&json!({ "name": "" })).send().await.expect(400);
    owner.post("/v1/clients").key("one").json(&json!({ "name": "Acme" })).send().await.expect(201);
}

#[tokio::test]
async fn a_key_is_kept_for_a_day() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let add = || owner.post("/v1/clients").key("one").json(&json!({ "name": "Acme" })).send();
    let first = add().await.expect(201);
    stack.app.clock().advance(SignedDuration::from_hours(24) - SignedDuration::from_secs(1)).unwrap();
    assert_eq!(add().await.expect(201)["id"], first["id"]);
    stack.app.clock().advance(SignedDuration::from_secs(1)).unwrap();
    let second = add().await.expect(201);
    assert_ne!(second["id"], first["id"]);
    assert_eq!(add().await.expect(201)["id"], second["id"]);
}

#[tokio::test]
async fn the_hundred_and_twenty_first_call_waits_and_the_neighbour_does_not() {
    let stack = Stack::with({
        let mut settings = local::Settings::for_test(tests::MONDAY_NOON.parse().unwrap());
        settings.config = runtime::world::Config::for_stage("local");
        settings
    })
    .await;
    let (owner, other) = (stack.msp("Nordlicht IT").await, stack.msp("Südwind IT").await);
    stack.app.clock().advance(SignedDuration::from_mins(5)).unwrap();
    let answers = join_all((0..150).map(|_| owner.get("/v1/me"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 120);
    let late = answers.iter().find(|answer| answer.status != 200).unwrap();
    refused(late, 429, "too-many-requests");
    assert!(late.header("retry-after").unwrap().parse::<u64>().unwrap() <= 2);
    other.get("/v1/me").await.expect(200);
    stack.app.clock().advance(SignedDuration::from_secs(10)).unwrap();
    let answers = join_all((0..20).map(|_| owner.get("/v1/me"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 10, "one a second is earned back");
}

/// The names of all attributes that stand in the table.
fn attribute_names(value: &Value, found: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            if name.starts_with(char::is_lowercase) {
                found.insert(name.clone());
            }
            attribute_names(value, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| attribute_names(item, found)),
        _ => {}
    }
}

/// Every object in a body, as the pointer to it.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.push(at.to_owned());
            fields.iter().for_each(|(name, value)| objects(value, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| objects(item, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// The names that a body takes, as the refusal of another one lists them, if it does.
fn taken(refusal: &Value) -> Option<Vec<String>> {
    let (_, listed) = refusal["errors"][0]["detail"].as_str()?.split_once("unknown field `password_hash`, ")?;
    Some(listed.split('`').skip(1).step_by(2).map(str::to_owned).collect())
}

#[tokio::test]
async fn no_stored_attribute_can_be_sent_along() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let things = Things::of(&owner, "Acme").await;
    let stored = stack.app.dynamo().execute("Scan", &json!({ "TableName": "Main" })).unwrap();
    let mut names = std::collections::BTreeSet::new();
    attribute_names(&stored, &mut names);
    for known in ["pk", "rev", "tenant", "password_hash", "opened_at"] {
        assert!(names.contains(known), "{known} is not among what is stored: {names:?}");
    }
    let mut refused = 0;
    for operation in catalog().routes {
        let Some(body) = things.body(&operation) else { continue };
        let schema = body_schema(&operation).unwrap();
        let offered = |name: &str| schema["properties"].get(name).is_some();
        let mut places = Vec::new();
        objects(&body, "", &mut places);
        let with = async |place: &str, name: &str| {
            let mut more = body.clone();
            more.pointer_mut(place).unwrap()[name] = json!("injected");
            let answer = ask(&owner, &operation, &things, Some(&more)).send().await;
            assert_eq!(answer.status, 400, "{} takes {place}/{name}: {:#}", operation.spec.name, answer.body);
            answer
        };
        for place in places.iter().skip(1) {
            with(place, "password_hash").await;
        }
        let others: Vec<&String> = names.iter().filter(|name| !offered(name)).collect();
        refused += others.len();
        // The refusal lists what the body takes; where it does not, each name is tried.
        if let Some(taken) = taken(&with("", "password_hash").await.body) {
            let hidden: Vec<&String> = taken.iter().filter(|name| !offered(name)).collect();
            assert!(hidden.is_empty(), "{} takes {hidden:?}, which it does not say", operation.spec.name);
        } else {
            for name in others {
                with("", name).await;
            }
        }
    }
    assert!(refused > 1_000, "{refused}");
    let after = stack.app.dynamo().execute("Scan", &json!({ "TableName": "Main" })).unwrap();
    assert!(!after.to_string().contains("injected"));
}
