//! Papers of licences as files, over HTTP.

use serde_json::{Value, json};
use tests::{Person, Stack};

use crate::licences::{at, licence};

/// As long as what is announced, and a PDF by its first bytes.
const A_PAPER: &str = "%PDF-1.7\n%";

async fn announced(owner: &Person, licence: &Value, more: Value) -> Value {
    let mut body = json!({ "name": "Order 2026", "media_type": "application/pdf", "bytes": 10 });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    owner.create(&format!("{}/files", at(licence)), body).await
}

async fn put(owner: &Person, announced: &Value, text: &'static str) -> u16 {
    let link = announced["upload"].as_str().unwrap();
    local::embedded::links::put(owner.stack.app.objects(), link, text.into()).await.unwrap().as_u16()
}

fn file(licence: &Value, file: &Value) -> String {
    format!("{}/files/{}", at(licence), file["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_paper_is_announced_uploaded_listed_fetched_as_a_file_and_removed() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({})).await;
    let order = announced(&owner, &added, json!({})).await;
    let path = file(&added, &order);
    assert_eq!(owner.get(&path).await.with(409).problem(), "not-uploaded");
    assert_eq!(put(&owner, &order, "longer than announced").await, 403, "the link takes the announced length alone");
    assert_eq!(put(&owner, &order, A_PAPER).await, 200);
    let shown = owner.get(&path).await.expect(200);
    assert_eq!((&shown["name"], &shown["bytes"]), (&json!("Order_2026.pdf"), &json!(10)));
    let url = shown["url"].as_str().unwrap();
    assert!(url.contains(&format!("/{}/licences/", owner.tenant)), "under the tenant's own name: {url}");
    let said = "response-content-disposition=attachment%3B%20filename%3D%22Order_2026.pdf%22";
    assert!(url.contains(said) && url.contains("response-content-type=application%2Fpdf"), "never as a page: {url}");
    assert!(!owner.get(&at(&added)).await.expect(200).to_string().contains("X-Amz"), "a link is given, and not kept");

    let mut listed = order.clone();
    listed.as_object_mut().unwrap().remove("upload");
    assert_eq!(owner.get(&at(&added)).await.expect(200)["files"], json!([listed]));
    assert_eq!(owner.post(&format!("{path}/remove")).send().await.expect(200), listed);
    assert_eq!(owner.get(&at(&added)).await.expect(200)["files"], json!([]));
    owner.get(&path).await.expect(404);
    owner.post(&format!("{path}/remove")).send().await.expect(404);
}

#[tokio::test]
async fn the_bytes_of_what_was_taken_off_are_gone_after_the_next_night_and_no_others() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({})).await;
    let (kept, removed) = (announced(&owner, &added, json!({})).await, announced(&owner, &added, json!({})).await);
    for one in [&kept, &removed] {
        assert_eq!(put(&owner, one, A_PAPER).await, 200);
    }
    let there = async || {
        let store = owner.stack.app.world().store.for_tenant(owner.claims().tenant);
        let id = added["id"].as_str().unwrap().parse().unwrap();
        let mut there = Vec::new();
        for file in [&kept, &removed] {
            let file = file["id"].as_str().unwrap().parse().unwrap();
            there.push(store.licence_file_start(id, file).await.unwrap().is_some());
        }
        there
    };
    owner.post(&format!("{}/remove", file(&added, &removed))).send().await.expect(200);
    assert_eq!(there().await, [true, true], "a link may still upload it");
    // From noon through the review at half past three.
    owner.stack.advance("PT24H").await;
    assert_eq!(there().await, [true, false]);
    owner.stack.advance("PT24H").await;
    assert_eq!(there().await, [true, false]);
    assert_eq!(owner.get(&at(&added)).await.expect(200)["files"].as_array().unwrap().len(), 1);
    owner.get(&file(&added, &removed)).await.expect(404);
}

#[tokio::test]
async fn the_client_sees_what_is_meant_for_it_and_nobody_elses() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (acme, zeta) = (owner.client("Acme").await, owner.client("Zeta").await);
    let own = licence(&owner, &acme, json!({})).await;
    let foreign = licence(&owner, &zeta, json!({})).await;
    let invoice = announced(&owner, &own, json!({ "name": "Invoice of the vendor" })).await;
    let order = announced(&owner, &own, json!({ "client_sees": true })).await;
    let theirs = announced(&owner, &foreign, json!({ "client_sees": true })).await;
    for one in [&invoice, &order, &theirs] {
        assert_eq!(put(&owner, one, A_PAPER).await, 200);
    }
    let customer = owner.colleague("client_admin", json!({ "client": acme })).await;
    let seen = customer.get(&at(&own)).await.expect(200)["files"].clone();
    assert_eq!((seen.as_array().unwrap().len(), &seen[0]["id"]), (1, &order["id"]));
    customer.get(&file(&own, &order)).await.expect(200);
    for hidden in [file(&own, &invoice), file(&foreign, &theirs), file(&own, &theirs)] {
        customer.get(&hidden).await.expect(404);
    }
    owner.get(&file(&own, &theirs)).await.expect(404);
    customer.post(&format!("{}/remove", file(&own, &order))).send().await.expect(403);
    let body = json!({ "name": "Mine", "media_type": "text/plain", "bytes": 1 });
    customer.post(&format!("{}/files", at(&own))).json(&body).send().await.expect(403);
}

#[tokio::test]
async fn what_was_uploaded_is_given_to_nobody_when_it_is_not_what_was_announced() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({})).await;
    let csv = json!({ "media_type": "text/csv" });
    for (more, text, status) in [
        (json!({}), "<script>  ", 409),
        (json!({}), A_PAPER, 200),
        (json!({ "media_type": "image/png" }), A_PAPER, 409),
        (csv.clone(), "a;b\r\n1;2\r\n", 200),
        (csv.clone(), "a;b\0\r\n1;2\n", 409),
        (csv, "5", 200),
    ] {
        let mut more = more;
        more["bytes"] = json!(text.len());
        let announced = announced(&owner, &added, more).await;
        assert_eq!(put(&owner, &announced, text).await, 200);
        let answer = owner.get(&file(&added, &announced)).await;
        if status == 200 {
            answer.expect(200);
            continue;
        }
        let refused = answer.with(409);
        assert_eq!(refused.problem(), "not-as-announced", "{text:?}");
        owner.post(&format!("{}/remove", file(&added, &announced))).send().await.expect(200);
    }
}

#[tokio::test]
async fn a_file_that_is_no_paper_is_refused_where_it_is_wrong() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({})).await;
    let path = format!("{}/files", at(&added));
    for (body, pointers) in [
        (json!({ "name": "", "media_type": "text/plain", "bytes": 0 }), vec!["/bytes", "/name"]),
        (json!({ "name": "Film", "media_type": "application/pdf", "bytes": 26_214_401 }), vec!["/bytes"]),
        (json!({ "name": "Page", "media_type": "text/html", "bytes": 5 }), vec!["/media_type"]),
    ] {
        let refused = owner.post(&path).json(&body).send().await.with(400);
        assert_eq!(refused.pointers(), pointers, "{body}");
    }
    for _ in 0..20 {
        announced(&owner, &added, json!({})).await;
    }
    let body = json!({ "name": "One more", "media_type": "text/csv", "bytes": 5 });
    assert_eq!(owner.post(&path).json(&body).send().await.with(409).problem(), "too-many-files");
}
