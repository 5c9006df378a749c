//! The licence audit over HTTP: asked for, made, and fetched as PDF, workbook and JSON.

use local::Settings;
use serde_json::{Value, json};
use tests::{MONDAY_NOON, Person, Stack, unique};

fn key() -> String {
    format!("key-{}-of-an-audit", unique())
}

/// An MSP whose client Acme has two seats of a product, one held by Maya.
async fn licensed() -> (Person, String) {
    let now = MONDAY_NOON.parse().unwrap();
    let stack = Stack::with(Settings { pdfs: true, ..Settings::for_test(now) }).await;
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme =1+1 #care").await;
    let product = json!({ "vendor": "Contoso", "name": "Office", "category": "Productivity" });
    let product = owner.create("/v1/products", product).await["id"].clone();
    let licence = json!({
        "client": client, "product": product, "kind": "subscription", "seats": 2, "cycle": "monthly",
        "cost_per_seat": { "minor": 20_00, "currency": "EUR" },
        "price_per_seat": { "minor": 25_00, "currency": "EUR" }, "starts_on": "2026-01-01",
    });
    let licence = owner.create("/v1/licences", licence).await["id"].as_str().unwrap().to_owned();
    let contact = json!({ "name": "Maya", "email": "maya@acme.example" });
    let maya = owner.create(&format!("/v1/clients/{client}/contacts"), contact).await;
    let seat = json!({ "holder": { "kind": "contact", "contact": maya["id"] }, "since": "2026-01-01" });
    owner.post(&format!("/v1/licences/{licence}/seats")).key(&key()).json(&seat).send().await.expect(200);
    (owner, client)
}

/// A report's file by its ending: what is kept behind the link.
async fn file(owner: &Person, audit: &Value, ending: &str) -> Vec<u8> {
    let files = audit["files"].as_array().expect("files");
    let of_it = |file: &&Value| file["name"].as_str().is_some_and(|name| name.ends_with(ending));
    let file = files.iter().find(of_it).unwrap_or_else(|| panic!("no {ending} in {files:?}"));
    let url = file["url"].as_str().unwrap();
    assert!(url.contains("attachment"), "a file to be saved: {url}");
    let name = url.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap();
    let bytes = owner.stack.app.world().store.for_tenant(owner.claims().tenant).kept_file(name).await.unwrap();
    assert_eq!(file["bytes"], bytes.len());
    bytes
}

#[tokio::test]
async fn an_audit_is_made_once_of_what_holds_on_the_day_and_stays_as_it_was() {
    let (owner, client) = licensed().await;
    let audits = format!("/v1/clients/{client}/licence-audits");
    let key = key();
    let asked = owner.post(&audits).key(&key).send().await.expect(201);
    assert_eq!((&asked["state"], &asked["files"]), (&json!("being_made"), &json!([])));
    let again = owner.post(&audits).key(&key).send().await.expect(201);
    assert_eq!(again["id"], asked["id"], "a repeat is the same report");
    owner.stack.app.settle().await;
    let path = format!("{audits}/{}", asked["id"].as_str().unwrap());
    let audit = owner.get(&path).await.expect(200);
    assert_eq!(audit["on"], "2026-02-02");
    let says: Value = serde_json::from_slice(&file(&owner, &audit, ".json").await).unwrap();
    let row = json!({
        "product": "Office", "seats": 2, "held": 1, "free": 1, "over": 0, "unlicensed": 0,
        "yearly": [{ "minor": 600_00, "currency": "EUR" }],
    });
    assert_eq!((&says["client"], &says["position"]), (&json!("Acme =1+1 #care"), &json!([row])));
    assert_eq!(says["holders"][0]["holder"], "Maya");
    assert!(file(&owner, &audit, ".xlsx").await.starts_with(b"PK"));
    if cfg!(feature = "pdf") {
        assert_eq!((&audit["state"], &audit["pages"]), (&json!("ready"), &json!(1)));
        assert!(file(&owner, &audit, ".pdf").await.starts_with(b"%PDF-"));
    }

    owner.change(&format!("/v1/clients/{client}"), json!({ "name": "Acme AG" })).await;
    owner.stack.app.settle().await;
    assert_eq!(serde_json::from_slice::<Value>(&file(&owner, &audit, ".json").await).unwrap(), says);
    let all = owner.get(&audits).await.expect(200);
    assert_eq!((all["items"].as_array().map(Vec::len), &all["items"][0]["id"]), (Some(1), &asked["id"]));
}

#[tokio::test]
async fn names_without_letters_in_its_pdf_are_named_beside_it() {
    let (owner, client) = licensed().await;
    let audits = format!("/v1/clients/{client}/licence-audits");
    let make = || async {
        let asked = owner.post(&audits).key(&key()).send().await.expect(201);
        assert_eq!(asked["warnings"], json!([]), "it is not made yet");
        owner.stack.app.settle().await;
        owner.get(&format!("{audits}/{}", asked["id"].as_str().unwrap())).await.expect(200)
    };
    assert_eq!(make().await["warnings"], json!([]));
    owner.change(&format!("/v1/clients/{client}"), json!({ "name": "Acme \u{6f22}\u{5d0}" })).await;
    owner.stack.app.settle().await;
    let audit = make().await;
    if cfg!(feature = "pdf") {
        let says = audit["warnings"][0].as_str().unwrap();
        assert!(says.contains("\u{6f22} (U+6F22)") && says.contains("(U+05D0)"), "{says}");
        assert_eq!(owner.get(&audits).await.expect(200)["items"][0]["warnings"], audit["warnings"]);
    }
}

#[tokio::test]
async fn the_clients_side_has_its_own_audits_and_no_others() {
    let (owner, client) = licensed().await;
    let other = owner.client("Birch").await;
    let maya = owner.colleague("client_admin", json!({ "client": client })).await;
    let asked = maya.post(&format!("/v1/clients/{client}/licence-audits")).key(&key()).send().await.expect(201);
    owner.stack.app.settle().await;
    let path = |client: &str| format!("/v1/clients/{client}/licence-audits/{}", asked["id"].as_str().unwrap());
    let audit = maya.get(&path(&client)).await.expect(200);
    let says = String::from_utf8(file(&maya, &audit, ".json").await).unwrap();
    assert!(says.contains("60000") && !says.contains("48000"), "what the MSP pays is nobody's at the client: {says}");
    for path in [path(&other), format!("/v1/clients/{other}/licence-audits")] {
        maya.get(&path).await.with(404);
    }
    maya.post(&format!("/v1/clients/{other}/licence-audits")).key(&key()).send().await.with(404);
    owner.get(&path(&other)).await.with(404);
}
