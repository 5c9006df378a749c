//! The software catalogue, licences and their seats.

use serde_json::{Value, json};
use tests::{Person, Stack};

/// A product with two editions, and gives its view.
pub(crate) async fn product(owner: &Person) -> Value {
    let body = json!({
        "vendor": "Contoso", "name": "Contoso Office", "category": "Productivity", "purpose": "office",
        "editions": [
            { "name": "Basic", "features": ["mail", "web-apps"] },
            { "name": "Premium", "features": ["mail", "web-apps", "desktop-apps"] },
        ],
        "use_reported": true,
    });
    owner.create("/v1/products", body).await
}

/// A licence of a client: 10 seats for 20.00 a month each, which the client is charged 25.00 for; with more fields.
pub(crate) async fn licence(owner: &Person, client: &str, more: Value) -> Value {
    let product = product(owner).await;
    let mut body = json!({
        "client": client, "product": product["id"], "edition": "Premium", "kind": "subscription", "seats": 10,
        "cycle": "monthly", "cost_per_seat": { "minor": 20_00, "currency": "EUR" },
        "price_per_seat": { "minor": 25_00, "currency": "EUR" }, "starts_on": "2026-01-01",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    owner.create("/v1/licences", body).await
}

pub(crate) fn at(licence: &Value) -> String {
    format!("/v1/licences/{}", licence["id"].as_str().unwrap())
}

/// A contact of a client, and gives its id.
pub(crate) async fn contact(owner: &Person, client: &str, name: &str) -> String {
    let email = format!("{}@acme.example", name.to_lowercase().replace(' ', "."));
    let body = json!({ "name": name, "email": email });
    owner.create(&format!("/v1/clients/{client}/contacts"), body).await["id"].as_str().unwrap().to_owned()
}

fn holding(contact: &str) -> Value {
    json!({ "holder": { "kind": "contact", "contact": contact } })
}

#[tokio::test]
async fn the_catalogue_is_added_to_listed_by_vendor_and_changed() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let added = product(&owner).await;
    assert_eq!((&added["unused_after_days"], &added["active"]), (&json!(30), &json!(true)));
    let other = json!({ "vendor": "Adatum", "name": "Zebra", "category": "Design", "unused_after_days": 60 });
    owner.create("/v1/products", other).await;
    let technician = owner.colleague("technician", json!({})).await;
    let listed = technician.get("/v1/products").await.expect(200);
    let names: Vec<&str> = listed["items"].as_array().unwrap().iter().filter_map(|p| p["name"].as_str()).collect();
    assert_eq!(names, ["Zebra", "Contoso Office"], "by vendor, then by name");
    let path = format!("/v1/products/{}", added["id"].as_str().unwrap());
    let changed = owner.change(&path, json!({ "purpose": null, "sensitive": true })).await;
    assert_eq!((&changed["purpose"], &changed["sensitive"]), (&Value::Null, &json!(true)));
    let etag = owner.get(&path).await.etag();
    let same = owner.patch(&path).if_match(&etag).json(&json!({ "sensitive": true })).send().await.with(200);
    assert_eq!(same.etag(), etag, "what changes nothing writes nothing");
    technician.patch(&path).if_match(&etag).json(&json!({ "sensitive": false })).send().await.expect(403);
}

#[tokio::test]
async fn a_product_that_cannot_be_says_where_it_is_wrong() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let body = json!({
        "vendor": "", "name": "x", "category": "y", "unused_after_days": 0,
        "editions": [{ "name": "Basic" }, { "name": "basic", "price_a_year": { "minor": -1, "currency": "EUR" } }],
    });
    let problem = owner.post("/v1/products").json(&body).send().await.with(400);
    assert_eq!(problem.pointers(), ["/editions/1/name", "/editions/1/price_a_year", "/unused_after_days", "/vendor"]);
}

#[tokio::test]
async fn a_licence_takes_its_products_name_and_shows_what_it_costs() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({})).await;
    assert_eq!(added["name"], "Contoso Office Premium");
    assert_eq!((&added["state"], &added["seats_today"], &added["assigned"]), (&json!("active"), &json!(10), &json!(0)));
    assert_eq!(added["cost_a_year"], json!({ "minor": 2_400_00, "currency": "EUR" }), "10 × 20.00 × 12");
    assert_eq!(owner.get(&at(&added)).await.expect(200), added);
    let listed = owner.get(&format!("/v1/licences?client={client}&state=active")).await.expect(200);
    assert_eq!(listed["items"], json!([added]));
    assert_eq!(owner.get("/v1/licences?state=ended").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn what_the_msp_pays_is_not_the_clients_to_see() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let charged = licence(&owner, &client, json!({})).await;
    let own = licence(&owner, &client, json!({ "price_per_seat": null })).await;
    let customer = owner.colleague("client_admin", json!({ "client": client })).await;
    let seen = customer.get(&at(&charged)).await.expect(200);
    assert_eq!(seen["cost_per_seat"][0]["value"]["minor"], 25_00, "its cost is what it is charged");
    assert_eq!(seen["cost_a_year"]["minor"], 3_000_00);
    let seen = customer.get(&at(&own)).await.expect(200);
    assert_eq!(seen["cost_per_seat"][0]["value"]["minor"], 20_00, "what it pays the vendor itself is its own");
    let listed = customer.get("/v1/licences").await.expect(200);
    assert_eq!(listed["items"][1], customer.get(&at(&charged)).await.expect(200), "nor in a list");
    customer.patch(&at(&own)).if_match("\"1\"").json(&json!({})).send().await.expect(403);
}

#[tokio::test]
async fn dated_changes_hold_from_their_day_and_never_before_today() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({})).await;
    let path = at(&added);
    let etag = owner.get(&path).await.etag();
    let change = |body: Value| owner.patch(&path).if_match(&etag).json(&body).send();
    let problem = change(json!({ "seats": { "from": "2026-02-01", "value": 3 } })).await.with(400);
    assert_eq!(problem.pointers(), ["/seats/from"], "yesterday was what it was");
    let problem = change(json!({ "terminates_on": "2026-02-01" })).await.with(400);
    assert_eq!(problem.pointers(), ["/terminates_on"]);
    owner.change(&path, json!({ "seats": { "from": "2026-02-03", "value": 12 } })).await;
    let changed = owner.change(&path, json!({ "seats": { "value": 11 } })).await;
    let of = |from: &str, value: u32| json!({ "from": from, "value": value });
    assert_eq!(changed["seats"], json!([of("2026-01-01", 10), of("2026-02-02", 11), of("2026-02-03", 12)]));
    assert_eq!(changed["seats_today"], 11);
    owner.stack.advance("PT24H").await;
    assert_eq!(owner.get(&path).await.expect(200)["seats_today"], 12);
}

#[tokio::test]
async fn a_licence_that_is_older_than_its_entry_takes_its_past_with_it() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let history = json!([
        { "from": "2025-03-01", "value": 4 }, { "from": "2025-09-15", "value": 7 }, { "from": "2026-02-03", "value": 9 },
    ]);
    let past = |history: &Value| json!({ "starts_on": "2025-03-01", "seats": null, "seat_history": history });
    let added = licence(&owner, &client, past(&history)).await;
    assert_eq!((&added["seats"], &added["seats_today"]), (&history, &json!(7)));
    assert_eq!(owner.get(&at(&added)).await.expect(200), added);
    // What is spent on it goes back as far: 25.00 a month for each seat that it had then.
    let path = format!("/v1/clients/{client}/spending?from=2025-03&to=2025-12");
    let spent = owner.get(&path).await.expect(200);
    let months: Vec<i64> = spent["currencies"][0]["months"]
        .as_array()
        .unwrap()
        .iter()
        .map(|month| month["amount"]["minor"].as_i64().unwrap())
        .collect();
    assert_eq!((months[0], months[5], months[9]), (100_00, 100_00, 175_00), "{months:?}");
    let changed = owner.change(&at(&added), json!({ "seats": { "value": 8 } })).await;
    assert_eq!(changed["seats"][2], json!({ "from": "2026-02-02", "value": 8 }), "and goes on as any other");
    owner.stack.advance("PT24H").await;
    assert_eq!(owner.get(&at(&added)).await.expect(200)["seats_today"], 9);
}

#[tokio::test]
async fn what_a_seat_cost_before_its_licence_was_entered_is_in_what_was_spent_then() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let euros = |from: &str, minor: i64| json!({ "from": from, "value": { "minor": minor, "currency": "EUR" } });
    let cost = json!([euros("2025-03-01", 20_00), euros("2025-06-01", 30_00)]);
    let price = json!([euros("2025-09-01", 40_00)]);
    let past = json!({
        "starts_on": "2025-03-01", "seats": 4, "cost_per_seat": null, "price_per_seat": null, "cost_history": cost,
        "price_history": price,
    });
    let added = licence(&owner, &client, past).await;
    assert_eq!((&added["cost_per_seat"], &added["price_per_seat"]), (&cost, &price));
    let path = format!("/v1/clients/{client}/spending?from=2025-03&to=2025-12");
    let spent = owner.get(&path).await.expect(200);
    let months = spent["currencies"][0]["months"].as_array().unwrap().clone();
    let of = |at: usize| months[at]["amount"]["minor"].as_i64().unwrap();
    assert_eq!([of(0), of(2), of(3), of(5), of(6), of(9)], [80_00, 80_00, 120_00, 120_00, 160_00, 160_00]);
    let dearer = json!({ "price_per_seat": { "value": { "minor": 50_00, "currency": "EUR" } } });
    let changed = owner.change(&at(&added), dearer).await;
    assert_eq!(changed["price_per_seat"][1], euros("2026-02-02", 50_00), "and goes on as any other");
}

#[tokio::test]
async fn a_licence_that_is_over_is_neither_changed_nor_assigned() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({ "expires_on": "2026-02-03" })).await;
    let maya = contact(&owner, &client, "Maya Okafor").await;
    owner.stack.advance("PT24H").await;
    let read = owner.get(&at(&added)).await.with(200);
    assert_eq!((&read.body["state"], &read.body["seats_today"]), (&json!("ended"), &json!(0)));
    let body = json!({ "expires_on": "2026-05-01" });
    let refused = owner.patch(&at(&added)).if_match(&read.etag()).json(&body).send().await.with(409);
    assert_eq!(refused.problem(), "licence-ended");
    let refused = owner.post(&format!("{}/seats", at(&added))).json(&holding(&maya)).send().await.with(409);
    assert_eq!(refused.problem(), "licence-ended");
}

#[tokio::test]
async fn what_a_licence_names_must_be_there() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let product = product(&owner).await;
    let body = |more: Value| {
        let mut body = json!({
            "client": client, "product": product["id"], "kind": "subscription", "seats": 1, "cycle": "monthly",
            "starts_on": "2026-01-01",
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let cases = [
        (json!({ "product": "prd_01970000000070008000000000000009" }), "/product"),
        (json!({ "edition": "Ultimate" }), "/edition"),
        (json!({ "split": [{ "unit": "unt_01970000000070008000000000000009", "weight": 1 }] }), "/split/0/unit"),
        (json!({ "owner": { "kind": "user", "user": "usr_01970000000070008000000000000009" } }), "/owner/user"),
        (json!({ "seats": null }), "/seats"),
        (json!({ "kind": "usage" }), "/seats"),
        (json!({ "seat_history": [{ "from": "2026-01-01", "value": 1 }] }), "/seats"),
        (json!({ "seats": null, "seat_history": [{ "from": "2026-01-02", "value": 1 }] }), "/seat_history/0/from"),
        (
            json!({
                "seats": null,
                "seat_history": [{ "from": "2026-01-01", "value": 1 }, { "from": "2025-01-01", "value": 2 }],
            }),
            "/seat_history/1/from",
        ),
        (
            json!({ "seats": null, "seat_history": [{ "from": "2026-01-01", "value": 1_000_001 }] }),
            "/seat_history/0/value",
        ),
        (
            json!({
                "cost_per_seat": { "minor": 1, "currency": "EUR" },
                "cost_history": [{ "from": "2026-01-01", "value": { "minor": 1, "currency": "EUR" } }],
            }),
            "/cost_per_seat",
        ),
        (
            json!({ "cost_history": [{ "from": "2026-01-02", "value": { "minor": 1, "currency": "EUR" } }] }),
            "/cost_history/0/from",
        ),
        (
            json!({ "price_history": [{ "from": "2026-01-01", "value": { "minor": -1, "currency": "EUR" } }] }),
            "/price_history/0/value",
        ),
        (json!({ "auto_renew": true }), "/renews_on"),
        (json!({ "starts_on": "2025-01-01", "renews_on": "2026-01-01" }), "/renews_on"),
        (json!({ "auto_renew": true, "renews_on": "2027-01-01", "expires_on": "2027-01-01" }), "/expires_on"),
        (json!({ "documents": [{ "name": "Order", "link": "javascript:alert(1)" }] }), "/documents/0/link"),
        (json!({ "terminates_on": "2025-12-31" }), "/terminates_on"),
        (json!({ "lead_days": [0] }), "/lead_days"),
        (
            json!({
                "cost_per_seat": { "minor": 1, "currency": "EUR" },
                "price_per_seat": { "minor": 1, "currency": "USD" },
            }),
            "/price_per_seat",
        ),
    ];
    for (more, pointer) in cases {
        let problem = owner.post("/v1/licences").json(&body(more.clone())).send().await.with(400);
        assert_eq!(problem.pointers(), [pointer], "{more}");
    }
    owner.post("/v1/licences").json(&body(json!({}))).send().await.expect(201);
}

#[tokio::test]
async fn a_seat_is_given_once_taken_back_once_and_its_history_stays() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({})).await;
    let maya = contact(&owner, &client, "Maya Okafor").await;
    let seats = format!("{}/seats", at(&added));
    let mut body = holding(&maya);
    body["since"] = json!("2026-01-12");
    let given = owner.post(&seats).json(&body).send().await.expect(200);
    assert_eq!(given["held_since"], "2026-01-12");
    let again = owner.post(&seats).json(&holding(&maya)).send().await.expect(200);
    assert_eq!(again, given, "who holds one keeps it as it is");
    assert_eq!(owner.get(&at(&added)).await.expect(200)["assigned"], 1, "and it counts once");
    let laptop = json!({ "holder": { "kind": "device", "name": "ACME-Laptop 7" } });
    owner.post(&seats).json(&laptop).send().await.expect(200);
    let of_maya = format!("/v1/clients/{client}/contacts/{maya}/seats");
    assert_eq!(owner.get(&of_maya).await.expect(200)["items"], json!([given]));

    let release = format!("{seats}/release");
    let early = json!({ "holder": { "kind": "contact", "contact": maya }, "until": "2026-01-11" });
    assert_eq!(owner.post(&release).json(&early).send().await.with(400).pointers(), ["/until"]);
    let released = owner.post(&release).json(&holding(&maya)).send().await.expect(200);
    assert_eq!(released["spans"], json!([{ "since": "2026-01-12", "until": "2026-02-02" }]));
    assert_eq!(owner.post(&release).json(&holding(&maya)).send().await.expect(200), released);
    let same = json!({ "holder": { "kind": "device", "name": "acme-laptop 7" } });
    owner.post(&release).json(&same).send().await.expect(200);
    assert_eq!(owner.get(&at(&added)).await.expect(200)["assigned"], 0);
    assert_eq!(owner.get(&seats).await.expect(200)["items"], json!([]));
    assert_eq!(owner.get(&of_maya).await.expect(200)["items"], json!([]));
    let all = owner.get(&format!("{seats}?state=all")).await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 2, "{all:#}");
    let overlapping = json!({ "holder": { "kind": "contact", "contact": maya }, "since": "2026-02-01" });
    assert_eq!(owner.post(&seats).json(&overlapping).send().await.with(400).pointers(), ["/since"]);
    let again = owner.post(&seats).json(&holding(&maya)).send().await.expect(200);
    assert_eq!(again["spans"].as_array().unwrap().len(), 2, "a new seat beside the old one");
}

#[tokio::test]
async fn a_seat_goes_to_the_clients_own_people_and_never_to_come() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (acme, zeta) = (owner.client("Acme").await, owner.client("Zeta").await);
    let added = licence(&owner, &acme, json!({})).await;
    let stranger = contact(&owner, &zeta, "Zoe Zimmer").await;
    let seats = format!("{}/seats", at(&added));
    let problem = owner.post(&seats).json(&holding(&stranger)).send().await.with(400);
    assert_eq!(problem.pointers(), ["/holder/contact"]);
    let laptop = json!({ "holder": { "kind": "device", "name": "laptop" }, "since": "2026-02-03" });
    assert_eq!(owner.post(&seats).json(&laptop).send().await.with(400).pointers(), ["/since"]);
    let nobody = json!({ "holder": { "kind": "device", "name": "laptop" } });
    let problem = owner.post(&format!("{seats}/release")).json(&nobody).send().await.with(400);
    assert_eq!(problem.pointers(), ["/holder"]);
}

#[tokio::test]
async fn fifty_at_once_give_a_device_one_seat() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({})).await;
    let seats = format!("{}/seats", at(&added));
    let body = json!({ "holder": { "kind": "device", "name": "laptop" } });
    let all = (0..50).map(|_| owner.post(&seats).json(&body).send());
    for answer in futures::future::join_all(all).await {
        answer.expect(200);
    }
    assert_eq!(owner.get(&at(&added)).await.expect(200)["assigned"], 1);
}
