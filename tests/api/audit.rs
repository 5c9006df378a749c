//! Who did what, as it can be read afterwards; and that whoever has left does nothing any more.

use serde_json::{Value, json};
use tests::{Person, Stack};

async fn page(person: &Person, query: &str) -> (Vec<Value>, Option<String>) {
    let page = person.get(&format!("/v1/audit?{query}")).await.expect(200);
    (page["items"].as_array().unwrap().clone(), page["next"].as_str().map(str::to_owned))
}

/// All of it, page by page.
async fn all(person: &Person, query: &str) -> Vec<Value> {
    let (mut entries, mut cursor) = (Vec::new(), String::new());
    for _ in 0..200 {
        let (items, next) = page(person, &format!("{query}{cursor}")).await;
        entries.extend(items);
        match next {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return entries,
        }
    }
    panic!("the trail never ends: {query}");
}

fn functions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["function"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_trail_tells_who_did_what_to_which_record() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let other = stack.msp("Südwind IT").await;
    other.client("Acme").await;
    let client = owner.client("Acme").await;
    let technician = owner.colleague("technician", json!({})).await;
    let ticket = owner.ticket(&client, json!({})).await;
    let id = ticket["id"].as_str().unwrap();
    technician.post(&format!("/v1/tickets/{id}/take")).send().await.expect(200);

    let about = all(&owner, &format!("subject={id}")).await;
    assert_eq!(functions(&about), ["tickets-take", "tickets-open"]);
    let taken = &about[0];
    assert_eq!((&taken["actor"], &taken["at"]), (&json!(technician.id), &json!("2026-02-02T11:00:00Z")));
    assert!(taken["request"].as_str().unwrap().starts_with("req_"));
    assert_eq!(taken["events"], json!(["ticket.assigned", "ticket.status_changed"]));
    assert!(taken["subjects"].as_array().unwrap().contains(&json!(format!("TICKET#{id}"))), "{taken:#}");

    assert_eq!(functions(&all(&owner, &format!("subject={client}")).await), ["clients-add"]);
    let by = all(&owner, &format!("actor={}", technician.id)).await;
    assert!(by.iter().all(|entry| entry["actor"] == technician.id.as_str()));
    assert_eq!(functions(&by)[0], "tickets-take");
    let whole = all(&owner, "limit=3").await;
    assert_eq!(functions(&whole).last(), Some(&"identity-sign-up"));
    assert!(whole.iter().all(|entry| !entry.to_string().contains(&other.id)), "another tenant's trail is seen");
}

#[tokio::test]
async fn the_trail_is_read_over_months_and_between_instants() {
    let stack = Stack::start_at("2025-11-03T11:00:00Z").await;
    let owner = stack.msp("Nordlicht IT").await;
    let mut made = Vec::new();
    for hours in [0, 24 * 70, 24 * 100] {
        stack.app.clock().advance(jiff::SignedDuration::from_hours(hours)).unwrap();
        made.push(stack.now());
        for n in 0..3 {
            owner.client(&format!("Client {n}")).await;
        }
    }
    for limit in [1, 2, 3, 100] {
        let read = all(&owner, &format!("actor={}&limit={limit}", owner.id)).await;
        let adds: Vec<&Value> = read.iter().filter(|entry| entry["function"] == "clients-add").collect();
        assert_eq!(adds.len(), 9, "limit {limit}");
        assert!(read.is_sorted_by(|a, b| a["at"].as_str() >= b["at"].as_str()));
    }
    let [first, second, third] = made[..] else { panic!("three times") };
    for (from, to, count) in [(second, third, 3), (first, third, 6), (second, stack.now(), 3), (third, first, 0)] {
        let read = all(&owner, &format!("limit=2&from={from}&to={to}")).await;
        let adds = functions(&read).into_iter().filter(|name| *name == "clients-add").count();
        assert_eq!(adds, count, "from {from} to {to}: {read:#?}");
    }
    // Two years and more in which nobody did anything: the pages are empty, and go on.
    stack.app.clock().advance(jiff::SignedDuration::from_hours(24 * 365 * 3)).unwrap();
    assert_eq!(page(&owner, "limit=100").await.0.len(), 0);
    assert!(all(&owner, "limit=100").await.len() > 9);
}

#[tokio::test]
async fn a_busy_month_is_read_whole_and_in_order() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    // So many that each of the month's partitions takes more than one query; as many at once as a caller may.
    for burst in 0..3 {
        for n in 0..100 {
            owner.client(&format!("Client {burst} {n}")).await;
        }
        stack.advance("PT5M").await;
    }
    for limit in [7, 100] {
        let read = all(&owner, &format!("actor={}&limit={limit}", owner.id)).await;
        let mut requests: Vec<&str> = read.iter().filter_map(|entry| entry["request"].as_str()).collect();
        assert!(read.is_sorted_by(|a, b| a["at"].as_str() >= b["at"].as_str()), "limit {limit}");
        assert_eq!(functions(&read).into_iter().filter(|name| *name == "clients-add").count(), 300, "limit {limit}");
        let read = requests.len();
        requests.sort_unstable();
        requests.dedup();
        assert_eq!(requests.len(), read, "an entry twice, limit {limit}");
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_filters_and_only_some_may_read() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    owner.client("Acme").await;
    let (_, next) = page(&owner, "limit=1").await;
    let next = next.expect("a next page");
    for query in [format!("actor={}&cursor={next}", owner.id), "cursor=AAAA".to_owned()] {
        let answer = owner.get(&format!("/v1/audit?{query}")).await;
        assert_eq!((answer.status, answer.pointers()), (400, vec!["?cursor"]), "{query}");
    }
    for (role, status) in
        [("manager", 200), ("auditor", 200), ("dispatcher", 403), ("technician", 403), ("billing", 403)]
    {
        owner.colleague(role, json!({})).await.get("/v1/audit").await.expect(status);
    }
}

#[tokio::test]
async fn whoever_is_deactivated_is_refused_with_the_token_that_they_hold() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let leaver = owner.colleague("technician", json!({})).await;
    leaver.get("/v1/me").await.expect(200);
    owner.post(&format!("/v1/users/{}/deactivate", leaver.id)).send().await.expect(200);
    for path in ["/v1/me", "/v1/tickets"] {
        let refused = leaver.get(path).await;
        assert_eq!((refused.status, refused.problem()), (401, "unauthenticated"), "{:#}", refused.body);
    }
    stack.advance("PT14M").await;
    leaver.get("/v1/me").await.expect(401);
    owner.get("/v1/me").await.expect(200);
}

/// Every instant in a value, with more than three digits behind the second's point.
fn too_fine(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.values().for_each(|value| too_fine(value, found)),
        Value::Array(items) => items.iter().for_each(|item| too_fine(item, found)),
        Value::String(text) => {
            let fraction =
                text.split_once("T").and_then(|(_, time)| time.split_once('.')).map(|(_, fraction)| fraction);
            let digits = fraction.map_or(0, |fraction| fraction.bytes().take_while(u8::is_ascii_digit).count());
            if digits > 3 && text.parse::<jiff::Timestamp>().is_ok() {
                found.push(text.clone());
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn nothing_is_stored_or_answered_finer_than_a_millisecond() {
    let stack = Stack::start_at("2026-02-02T11:00:00.123456789Z").await;
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let ticket = owner.ticket(&client, json!({})).await;
    assert_eq!(ticket["opened_at"], "2026-02-02T11:00:00.123Z");
    owner.colleague("technician", json!({})).await;
    stack.scan().await;
    stack.app.settle().await;
    let mut found = Vec::new();
    for table in ["Main", "Audit"] {
        too_fine(&stack.app.dynamo().execute("Scan", &json!({ "TableName": table })).unwrap(), &mut found);
    }
    for path in ["/v1/me", "/v1/tickets", "/v1/users", "/v1/audit"] {
        too_fine(&owner.get(path).await.expect(200), &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
}
