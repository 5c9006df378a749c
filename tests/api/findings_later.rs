//! What is found when something was said later: a seat that is given back, a stranger who becomes a contact, use of days long
//! before, a last day of notice that has passed, an amount that nobody can reckon with.

use local::embedded::dynamo::MAIN;
use runtime::jobs::JobInput;
use serde_json::{Value, json};

use crate::findings::{Desk, key};

/// Who is found to use something without a seat, by name.
async fn without_seat(desk: &Desk) -> Vec<String> {
    let found = desk.found("&kind=shadow_use").await;
    let mut people: Vec<String> = found.iter().map(|one| one["person"].as_str().unwrap().to_owned()).collect();
    people.sort_unstable();
    people
}

#[tokio::test]
async fn a_seat_given_back_as_told_makes_no_finding_and_who_becomes_a_contact_is_no_stranger() {
    let desk = Desk::start().await;
    desk.used(&[("ina@acme.example", "2026-01-29")]).await;
    desk.review().await;
    assert_eq!(without_seat(&desk).await, ["Udo", "x@else.example"]);
    let left = desk.of_kind("left").await;
    desk.release(&json!({ "id": left["whose"]["contact"] })).await;
    let contacts = format!("/v1/clients/{}/contacts", desk.client);
    let xaver = desk.owner.create(&contacts, json!({ "name": "Xaver", "email": "x@else.example" })).await;
    desk.stack.advance("PT24H").await;
    assert_eq!(without_seat(&desk).await, ["Udo", "Xaver"], "Ina used it while she had a seat");
    let seat = json!({ "holder": { "kind": "contact", "contact": xaver["id"] } });
    let seats = format!("/v1/licences/{}/seats", desk.licence);
    desk.owner.post(&seats).key(&key()).json(&seat).send().await.expect(200);
    desk.stack.advance("PT24H").await;
    assert_eq!(without_seat(&desk).await, ["Udo"]);
    let of_xaver: Vec<Value> =
        desk.found("").await.into_iter().filter(|one| one["whose"]["contact"] == xaver["id"]).collect();
    assert_eq!(of_xaver, Vec::<Value>::new(), "what he used is his");
}

#[tokio::test]
async fn use_that_is_reported_after_the_first_night_fills_the_days_before_it() {
    let desk = Desk::start().await;
    let product = json!({ "vendor": "Contoso", "name": "Draw", "category": "Design", "use_reported": true });
    let product = desk.owner.create("/v1/products", product).await["id"].as_str().unwrap().to_owned();
    let licence = json!({
        "client": desk.client, "product": product, "kind": "subscription", "seats": 2, "cycle": "monthly",
        "starts_on": "2026-01-01",
    });
    let licence = desk.owner.create("/v1/licences", licence).await;
    desk.review().await;
    let of_product = async |days: &str| {
        let path = format!("/v1/clients/{}/utilisation/{product}?{days}", desk.client);
        desk.owner.get(&path).await.expect(200)["days"].as_array().unwrap().clone()
    };
    let all = "from=2026-01-01&to=2026-02-02";
    assert_eq!(of_product(all).await.len(), 1, "the first night alone");
    // More seats since, and then the directory is connected.
    let path = format!("/v1/licences/{}", licence["id"].as_str().unwrap());
    desk.owner.change(&path, json!({ "seats": { "value": 3 } })).await;
    let days = ["2025-12-01", "2025-12-20", "2026-01-10", "2026-01-31"];
    let desk = Desk { product: product.clone(), ..desk };
    desk.used(&days.map(|day| ("udo@acme.example", day))).await;
    desk.stack.advance("PT24H").await;
    let of_product = async |days: &str| {
        let path = format!("/v1/clients/{}/utilisation/{product}?{days}", desk.client);
        desk.owner.get(&path).await.expect(200)["days"].as_array().unwrap().clone()
    };
    let noted = of_product(all).await;
    assert_eq!(noted.len(), 33);
    assert!(noted.iter().all(|day| day["whole"]["active_month"] == 1), "{noted:#?}");
    let on = |day: &str| noted.iter().find(|noted| noted["on"] == day).unwrap()["whole"].clone();
    let of = |day: &str| ["seats", "active_day"].map(|what| on(day)[what].as_i64().unwrap());
    assert_eq!(
        (of("2026-01-10"), of("2026-01-11"), of("2026-02-01"), of("2026-02-02")),
        ([2, 1], [2, 0], [2, 0], [3, 0])
    );
    let december = of_product("from=2025-11-20&to=2025-12-31").await;
    assert_eq!((december.len(), &december[0]["on"]), (31, &json!("2025-12-01")));
    let latest = desk.owner.get(&format!("/v1/clients/{}/utilisation", desk.client)).await.expect(200);
    let own = latest["items"].as_array().unwrap().iter().find(|one| one["product"] == json!(product)).unwrap();
    assert_eq!(own["trend_percent"], "0", "one person all along: {own:#}");
}

#[tokio::test]
async fn a_last_day_of_notice_that_has_passed_is_told_as_such() {
    let desk = Desk::start().await;
    let licence = format!("/v1/licences/{}", desk.licence);
    for (renews_on, notice_by, passed) in [("2026-03-04", "2026-02-02", false), ("2026-03-04", "2026-02-02", true)] {
        desk.owner.change(&licence, json!({ "renews_on": renews_on })).await;
        desk.review().await;
        let left = desk.of_kind("left").await;
        let told = (&left["notice_by"], &left["notice_passed"]);
        assert_eq!(told, (&json!(notice_by), &json!(passed)));
        desk.stack.advance("PT24H").await;
    }
}

/// The client's review as it is kept.
fn review(desk: &Desk) -> Value {
    let pk = format!("{}#REVIEW#{}", desk.owner.tenant, desk.client);
    let mut items = desk.stack.items(MAIN).into_iter();
    items.find(|item| item["pk"]["S"] == json!(pk)).expect("a review")
}

/// As the job parks what keeps failing, without the five quarters of an hour.
fn park(desk: &Desk) {
    let kept = review(desk);
    let request = json!({
        "TableName": MAIN,
        "Key": { "pk": kept["pk"], "sk": kept["sk"] },
        "UpdateExpression": "SET parked_at = :at, parked_why = :why REMOVE dpk, dsk",
        "ConditionExpression": "attribute_exists(v)",
        "ExpressionAttributeValues": { ":at": { "S": "2026-02-02T12:00:00.000Z" }, ":why": { "S": "it failed" } },
    });
    desk.stack.app.dynamo().execute("UpdateItem", &request).expect("the review is there");
}

#[tokio::test]
async fn a_parked_review_goes_on_after_the_next_write_to_a_licence_or_a_seat() {
    let desk = Desk::start().await;
    desk.review().await;
    let licence = format!("/v1/licences/{}", desk.licence);
    let seat = json!({ "holder": { "kind": "device", "name": "kiosk" } });
    let file = json!({ "csv": "contact,device\n,LAPTOP-7\n" });
    let other = json!({
        "client": desk.client, "product": desk.product, "kind": "subscription", "seats": 1, "cycle": "monthly",
        "starts_on": "2026-01-01",
    });
    for write in ["change", "assign", "release", "import", "add"] {
        park(&desk);
        let is_parked = || (review(&desk)["parked_at"].is_object(), review(&desk)["dpk"].is_object());
        assert_eq!(is_parked(), (true, false));
        let post = |path: String, body: &Value| desk.owner.post(&path).key(&key()).json(body).send();
        match write {
            "change" => drop(desk.owner.change(&licence, json!({ "name": "Office for all" })).await),
            "assign" => drop(post(format!("{licence}/seats"), &seat).await.expect(200)),
            "release" => drop(post(format!("{licence}/seats/release"), &seat).await.expect(200)),
            "import" => drop(post(format!("{licence}/seats/import"), &file).await.expect(200)),
            _ => drop(post("/v1/licences".to_owned(), &other).await.expect(201)),
        }
        assert_eq!(is_parked(), (false, true), "{write}");
    }
    desk.stack.advance("PT24H").await;
    let savings = desk.owner.get("/v1/savings").await.expect(200);
    assert_eq!(savings["clients"][0]["reviewed_on"], "2026-02-03");
}

#[tokio::test]
async fn a_licence_that_cannot_be_computed_is_left_out_and_said_and_stops_no_other() {
    let desk = Desk::start().await;
    desk.review().await;
    let found = desk.found("").await.len();
    let of_licence = format!("{}#LICENCE#{}", desk.owner.tenant, desk.licence);
    let kept = desk.stack.items(MAIN).into_iter();
    let mut kept = kept.filter(|item| item["pk"]["S"] == json!(of_licence)).map(|item| item.to_string());
    let kept = kept.find(|item| item.contains("\"price_per_seat\"")).expect("a licence");
    // It came there before such a price was refused.
    let dear = kept.replace("\"minor\":{\"N\":\"2500\"}", "\"minor\":{\"N\":\"100000000000000\"}");
    assert_ne!(kept, dear);
    let dear: Value = serde_json::from_str(&dear).unwrap();
    desk.stack.app.dynamo().execute("PutItem", &json!({ "TableName": MAIN, "Item": dear })).expect("it is put");
    let other = json!({
        "client": desk.client, "product": desk.product, "kind": "subscription", "seats": 5, "cycle": "monthly",
        "cost_per_seat": { "minor": 10_00, "currency": "EUR" }, "starts_on": "2026-01-01", "name": "Other",
    });
    let other = desk.owner.create("/v1/licences", other).await;
    let seat = json!({ "holder": { "kind": "device", "name": "kiosk" } });
    let seats = format!("/v1/licences/{}/seats", other["id"].as_str().unwrap());
    desk.owner.post(&seats).key(&key()).json(&seat).send().await.expect(200);
    let night = async || {
        desk.stack.app.settle().await;
        desk.stack.app.clock().advance_to(desk.stack.now() + jiff::SignedDuration::from_hours(24)).unwrap();
        let report = desk.stack.app.run_job("licences-review", JobInput::default()).await.unwrap();
        assert_eq!((report.done, report.failed), (1, 0), "{report:?}");
        let savings = desk.owner.get("/v1/savings").await.expect(200);
        let true_up = desk.owner.get(&format!("/v1/clients/{}/true-up", desk.client)).await.expect(200);
        assert_eq!(savings["clients"][0]["not_computed"], true_up["not_computed"]);
        true_up["not_computed"].clone()
    };
    assert_eq!(night().await, json!([desk.licence]));
    let surplus = desk.found("&kind=over_bought").await;
    let of = |licence: &Value| surplus.iter().find(|one| one["licence"] == *licence).map(|one| one["counted"].clone());
    assert_eq!(of(&other["id"]), Some(json!({ "minor": 480_00, "currency": "EUR" })), "four that nobody holds");
    assert_eq!(of(&json!(desk.licence)), Some(json!({ "minor": 2_100_00, "currency": "EUR" })), "as it was");
    assert_eq!(desk.found("").await.len(), found + 1, "what was found of it before stays");
    let path = format!("/v1/licences/{}", desk.licence);
    assert_eq!(desk.owner.get(&path).await.expect(200)["seats_today"], 10, "it is read, and can be corrected");
    let right = json!({ "price_per_seat": { "value": { "minor": 25_00, "currency": "EUR" } } });
    desk.owner.change(&path, right).await;
    assert_eq!(night().await, json!([]));
    assert_eq!(desk.found("").await.len(), found + 1);
}

#[tokio::test]
async fn a_price_that_cannot_be_multiplied_and_a_currency_that_nobody_pays_in_are_refused_at_entry() {
    let desk = Desk::start().await;
    let with = |price: Value| {
        json!({
            "client": desk.client, "product": desk.product, "kind": "subscription", "seats": 1, "cycle": "monthly",
            "price_per_seat": price, "starts_on": "2026-01-01",
        })
    };
    for price in
        [json!({ "minor": 100_000_000_000_000_i64, "currency": "EUR" }), json!({ "minor": 5, "currency": "XXX" })]
    {
        let refused = desk.owner.post("/v1/licences").key(&key()).json(&with(price)).send().await.with(400);
        assert_eq!(refused.pointers(), ["/price_per_seat"]);
    }
}
