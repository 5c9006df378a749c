//! Time entries, rates and prepaid hours.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{Person, Stack};

const NOBODY: &str = "usr_01970000000070008000000000000009";

/// A ticket of a client: the path of its time.
async fn time_of(owner: &Person, client: &str) -> String {
    let ticket = owner.ticket(client, json!({})).await;
    format!("/v1/tickets/{}/time", ticket["id"].as_str().unwrap())
}

async fn desk() -> (Person, String, String) {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let at = time_of(&owner, &client).await;
    (owner, client, at)
}

fn work(minutes: u32) -> Value {
    json!({ "minutes": minutes, "work_type": "remote", "note": " Cleared the queue. " })
}

fn at(path: &str, thing: &Value) -> String {
    format!("{path}/{}", thing["id"].as_str().unwrap())
}

async fn ids(person: &Person, list: &str) -> Vec<Value> {
    let found = person.get(list).await.expect(200);
    found["items"].as_array().unwrap().iter().map(|entry| entry["id"].clone()).collect()
}

#[tokio::test]
async fn time_is_logged_read_listed_and_changed_until_it_is_written_off() {
    let (owner, client, time) = desk().await;
    let technician = owner.colleague("technician", json!({})).await;
    let logged = technician.create(&time, work(45)).await;
    assert_eq!((&logged["person"], &logged["client"]), (&json!(technician.id), &json!(client)));
    assert_eq!(logged["started_at"], "2026-02-02T10:15:00Z", "it is over just now");
    assert_eq!((&logged["billable"], &logged["note"]), (&json!(true), &json!("Cleared the queue.")));
    assert_eq!(logged["state"], json!({ "kind": "open" }));
    let path = at(&time, &logged);
    assert_eq!(technician.get(&path).await.expect(200), logged);
    assert_eq!(owner.get(&time).await.expect(200)["items"], json!([logged]));

    let more = json!({ "minutes": 60, "started_at": "2026-02-02T09:30:59Z", "role": "senior" });
    let changed = technician.change(&path, more).await;
    assert_eq!((&changed["minutes"], &changed["role"]), (&json!(60), &json!("senior")));
    assert_eq!(changed["started_at"], "2026-02-02T09:30:00Z", "seconds are dropped");
    assert_eq!(technician.change(&path, json!({ "role": null })).await["role"], Value::Null);

    let off = owner.post(&format!("{path}/write-off")).send().await.expect(200);
    assert_eq!(off["state"], json!({ "kind": "written_off" }));
    assert_eq!(owner.post(&format!("{path}/write-off")).send().await.expect(200), off, "a repeat changes nothing");
    let etag = owner.get(&path).await.etag();
    let locked = owner.patch(&path).if_match(&etag).json(&json!({ "minutes": 5 })).send().await.with(409);
    assert_eq!(locked.problem(), "time-locked");
    assert_eq!(owner.get(&path).await.expect(200), off);
}

#[tokio::test]
async fn time_is_ones_own_unless_one_manages_time() {
    let (owner, _, time) = desk().await;
    let (one, other) = (owner.colleague("technician", json!({})).await, owner.colleague("technician", json!({})).await);
    let billing = owner.colleague("billing", json!({})).await;
    let mut body = work(30);
    body["person"] = json!(other.id);
    one.post(&time).json(&body).send().await.with(403);
    let logged = billing.create(&time, body).await;
    assert_eq!(logged["person"], json!(other.id));
    let path = at(&time, &logged);
    let etag = one.get(&path).await.etag();
    one.patch(&path).if_match(&etag).json(&json!({ "minutes": 20 })).send().await.with(403);
    let away = json!({ "person": one.id });
    other.patch(&path).if_match(&etag).json(&away).send().await.with(403);
    other.post(&format!("{path}/write-off")).send().await.with(403);
    assert_eq!(other.change(&path, json!({ "minutes": 20 })).await["minutes"], 20);
    assert_eq!(billing.change(&path, away).await["person"], json!(one.id));
}

#[tokio::test]
async fn time_that_cannot_be_is_refused_where_it_is_wrong() {
    let (owner, client, time) = desk().await;
    let customer = owner.colleague("client_user", json!({ "client": client })).await;
    for (change, pointers) in [
        (json!({ "minutes": 0 }), vec!["/minutes"]),
        (json!({ "minutes": 1441 }), vec!["/minutes"]),
        (json!({ "minutes": 4_294_967_295_u32 }), vec!["/minutes"]),
        (json!({ "minutes": -5 }), vec!["/minutes"]),
        (json!({ "started_at": "2026-02-02T11:01:00Z" }), vec!["/started_at"]),
        (json!({ "started_at": "1999-02-02T09:00:00Z" }), vec!["/started_at"]),
        (json!({ "work_type": "gardening" }), vec!["/work_type"]),
        (json!({ "work_type": "Remote" }), vec!["/work_type"]),
        (json!({ "note": "n".repeat(2_001) }), vec!["/note"]),
        (json!({ "person": NOBODY }), vec!["/person"]),
        (json!({ "person": customer.id }), vec!["/person"]),
        (json!({ "state": { "kind": "written_off" } }), vec!["/state"]),
    ] {
        let mut body = work(30);
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let problem = owner.post(&time).json(&body).send().await.with(400);
        assert_eq!(problem.pointers(), pointers, "{change}");
    }
    assert_eq!(owner.get(&time).await.expect(200)["items"], json!([]));
    let path = at(&time, &owner.create(&time, work(30)).await);
    let etag = owner.get(&path).await.etag();
    let problem = owner.patch(&path).if_match(&etag).json(&json!({ "work_type": "gardening" })).send().await.with(400);
    assert_eq!(problem.pointers(), ["/work_type"]);
}

#[tokio::test]
async fn a_repeat_logs_time_once_and_a_change_says_what_it_has_read() {
    let (owner, _, time) = desk().await;
    let log = || owner.post(&time).key("one").json(&work(30)).send();
    let logged = log().await.expect(201);
    assert_eq!(log().await.expect(201), logged);
    assert_eq!(ids(&owner, &time).await, [logged["id"].clone()]);
    let path = at(&time, &logged);
    let change = json!({ "minutes": 31 });
    owner.patch(&path).json(&change).send().await.with(428);
    let etag = owner.get(&path).await.etag();
    let nothing = owner.patch(&path).if_match(&etag).json(&json!({ "minutes": 30 })).send().await.with(200);
    assert_eq!(nothing.etag(), etag, "a change of nothing keeps the ETag");
    owner.patch(&path).if_match(&etag).json(&change).send().await.with(200);
    owner.patch(&path).if_match(&etag).json(&change).send().await.with(412);
}

#[tokio::test]
async fn the_clients_side_sees_no_time() {
    let (owner, client, time) = desk().await;
    let path = at(&time, &owner.create(&time, work(30)).await);
    for role in ["client_admin", "client_user"] {
        let customer = owner.colleague(role, json!({ "client": client })).await;
        for list in [time.as_str(), path.as_str(), "/v1/time", "/v1/rates"] {
            customer.get(list).await.with(403);
        }
        customer.post(&time).json(&work(5)).send().await.with(403);
    }
    let elsewhere = time_of(&owner, &client).await;
    let id = path.rsplit('/').next().unwrap();
    owner.get(&format!("{elsewhere}/{id}")).await.with(404);
}

#[tokio::test]
async fn unbilled_time_is_found_by_client_and_person_and_leaves_the_list_when_it_is_settled() {
    let (owner, acme, time) = desk().await;
    let zeta = owner.client("Zeta").await;
    let technician = owner.colleague("technician", json!({})).await;
    let of_zeta = time_of(&owner, &zeta).await;
    let first = owner.create(&time, work(10)).await;
    let second = technician.create(&time, work(20)).await;
    let free = json!({ "minutes": 30, "work_type": "remote", "billable": false });
    let free = technician.create(&time, free).await;
    let third = technician.create(&of_zeta, work(40)).await;
    let id = |entry: &Value| entry["id"].clone();
    assert_eq!(ids(&owner, "/v1/time").await, [id(&third), id(&second), id(&first)], "last first");
    assert_eq!(ids(&owner, &format!("/v1/time?client={acme}")).await, [id(&second), id(&first)]);
    assert_eq!(ids(&owner, &format!("/v1/time?person={}", technician.id)).await, [id(&third), id(&second)]);
    assert_eq!(ids(&owner, "/v1/time?state=not_billable").await, [id(&free)]);
    owner.post(&format!("{}/write-off", at(&time, &first))).send().await.expect(200);
    assert_eq!(ids(&owner, &format!("/v1/time?client={acme}")).await, [id(&second)]);
    assert_eq!(ids(&owner, &format!("/v1/time?client={acme}&state=written_off")).await, [id(&first)]);
    assert!(ids(&owner, "/v1/time?state=billed").await.is_empty());
    let all = ids(&owner, &format!("/v1/time?client={acme}&state=all")).await;
    assert_eq!(all, [id(&free), id(&second), id(&first)]);
    owner.get("/v1/time?state=paid").await.with(400);
}

#[tokio::test]
async fn rates_start_empty_and_are_changed_as_a_whole() {
    let (owner, _, time) = desk().await;
    let start = owner.get("/v1/rates").await.with(200);
    assert_eq!((start.etag().as_str(), &start.body["currency"]), ("\"0\"", &json!("EUR")));
    assert_eq!((&start.body["rates"], &start.body["updated_at"]), (&json!([]), &Value::Null));
    let mut work_types = start.body["work_types"].clone();
    work_types.as_array_mut().unwrap().push(json!({ "code": "internal", "name": "Internal", "billable": false }));
    let rates = json!([
        { "per_hour": [{ "from": "2025-01-01", "value": "92.00" }, { "from": "2026-01-01", "value": "96.50" }] },
        { "person": owner.id, "work_type": "internal", "per_hour": [{ "from": "2025-01-01", "value": "0" }] },
    ]);
    let body =
        json!({ "rates": rates, "work_types": work_types, "rounding": { "step_minutes": 15, "minimum_minutes": 15 } });
    let changed = owner.change("/v1/rates", body.clone()).await;
    assert_eq!(changed["rates"][0]["per_hour"], rates[0]["per_hour"], "prices travel as text, to the last digit");
    assert_eq!(owner.get("/v1/rates").await.expect(200), changed);
    owner.patch("/v1/rates").if_match("\"0\"").json(&body).send().await.with(412);
    owner.patch("/v1/rates").json(&body).send().await.with(428);
    let logged = owner.create(&time, json!({ "minutes": 30, "work_type": "internal" })).await;
    assert_eq!(logged["billable"], false, "as its kind of work says");
    let technician = owner.colleague("technician", json!({})).await;
    assert_eq!(technician.get("/v1/rates").await.expect(200), changed);
    technician.patch("/v1/rates").if_match("\"1\"").json(&body).send().await.with(403);
}

#[tokio::test]
async fn rates_that_cannot_be_are_refused_where_they_are_wrong() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let price = json!([{ "from": "2026-01-01", "value": "96" }]);
    let kinds = |more: Value| {
        let on_site = json!({ "code": "on-site", "name": "On site", "billable": true });
        json!([{ "code": "remote", "name": "Remote", "billable": true }, on_site, more])
    };
    for (body, pointers) in [
        (json!({ "rates": [{ "per_hour": [] }] }), vec!["/rates/0/per_hour"]),
        (
            json!({ "rates": [{ "per_hour": [{ "from": "2026-01-01", "value": "-1" }] }] }),
            vec!["/rates/0/per_hour/0/value"],
        ),
        (json!({ "rates": [{ "per_hour": price }, { "per_hour": price }] }), vec!["/rates/1"]),
        (json!({ "rates": [{ "work_type": "gardening", "per_hour": price }] }), vec!["/rates/0/work_type"]),
        (json!({ "rates": [{ "person": NOBODY, "per_hour": price }] }), vec!["/rates/0/person"]),
        (json!({ "rounding": { "step_minutes": 0, "minimum_minutes": 0 } }), vec!["/rounding/step_minutes"]),
        (json!({ "after_hours": { "outside": "11", "holiday": "1" } }), vec!["/after_hours/outside"]),
        (json!({ "work_types": [] }), vec!["/work_types", "/work_types"]),
        (
            json!({ "work_types": kinds(json!({ "code": "x", "name": "", "billable": true, "taxes": ["vat"] })) }),
            vec!["/work_types/2/name", "/work_types/2/taxes/0"],
        ),
        (
            json!({ "work_types": kinds(json!({ "code": "remote", "name": "Again", "billable": true })) }),
            vec!["/work_types/2/code"],
        ),
    ] {
        let problem = owner.patch("/v1/rates").if_match("\"0\"").json(&body).send().await.with(400);
        assert_eq!(problem.pointers(), pointers, "{body}");
    }
    assert_eq!(owner.get("/v1/rates").await.etag(), "\"0\"", "nothing was changed");
}

fn block() -> Value {
    json!({ "minutes": 1_200, "price": { "minor": 180_000, "currency": "EUR" }, "text": "20 prepaid hours" })
}

#[tokio::test]
async fn a_block_of_hours_is_sold_once_and_listed_to_its_client_only() {
    let (owner, acme, _) = desk().await;
    let zeta = owner.client("Zeta").await;
    let blocks = format!("/v1/clients/{acme}/hour-blocks");
    owner.post(&blocks).json(&block()).send().await.with(400);
    let sell = || owner.post(&blocks).key("one").json(&block()).send();
    let sold = sell().await.expect(201);
    assert_eq!(sell().await.expect(201), sold);
    assert_eq!((&sold["bought_on"], &sold["used"]), (&json!("2026-02-02"), &json!("0")));
    assert_eq!(sold["state"], json!({ "kind": "unbilled" }));
    assert_eq!(owner.get(&blocks).await.expect(200)["items"], json!([sold]));
    let admin = |client: String| {
        let owner = owner.clone();
        async move { owner.colleague("client_admin", json!({ "client": client })).await }
    };
    assert_eq!(admin(acme).await.get(&blocks).await.expect(200)["items"], json!([sold]));
    admin(zeta).await.get(&blocks).await.with(404);
    owner.get("/v1/clients/cli_01970000000070008000000000000009/hour-blocks").await.with(404);
}

#[tokio::test]
async fn the_key_of_a_sale_is_kept_for_thirty_days() {
    let (owner, acme, _) = desk().await;
    let blocks = format!("/v1/clients/{acme}/hour-blocks");
    let sell = || owner.post(&blocks).key("one").json(&block()).send();
    let sold = sell().await.expect(201);
    let clock = owner.stack.app.clock();
    clock.advance(SignedDuration::from_hours(30 * 24) - SignedDuration::from_secs(1)).unwrap();
    assert_eq!(sell().await.expect(201), sold);
    clock.advance(SignedDuration::from_secs(1)).unwrap();
    assert_ne!(sell().await.expect(201)["id"], sold["id"]);
}

#[tokio::test]
async fn a_block_that_cannot_be_is_refused_where_it_is_wrong() {
    let (owner, acme, _) = desk().await;
    let blocks = format!("/v1/clients/{acme}/hour-blocks");
    for (change, pointer) in [
        (json!({ "minutes": 0 }), "/minutes"),
        (json!({ "minutes": 600_001 }), "/minutes"),
        (json!({ "price": { "minor": -1, "currency": "EUR" } }), "/price/minor"),
        (json!({ "price": { "minor": 1.5, "currency": "EUR" } }), "/price/minor"),
        (json!({ "price": { "minor": 1, "currency": "EURO" } }), "/price/currency"),
        (json!({ "text": " " }), "/text"),
        (json!({ "expires_on": "2026-02-02" }), "/expires_on"),
        (json!({ "work_types": ["remote", "gardening"] }), "/work_types/1"),
        (json!({ "taxes": ["vat"] }), "/taxes/0"),
        (json!({ "used": "5" }), "/used"),
    ] {
        let mut body = block();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let problem = owner.post(&blocks).key("one").json(&body).send().await.with(400);
        assert_eq!(problem.pointers(), [pointer], "{change}");
    }
    assert_eq!(owner.get(&blocks).await.expect(200)["items"], json!([]));
}
