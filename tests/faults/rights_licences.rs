//! What happens to products, licences, seats and use, on each path that touches something else.

use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, unique};

/// All of it, for a client of this owner's.
pub(crate) async fn happens(owner: &Person, customer: &Person, client: &str) {
    let edition = json!({ "name": "Premium", "features": ["mail"] });
    let product = json!({ "vendor": "Contoso", "name": "Office", "category": "Productivity", "editions": [edition] });
    let key = format!("key-{}-of-a-licence", unique());
    let product = owner.post("/v1/products").key(&key).json(&product).send().await.expect(201);
    let path = format!("/v1/products/{}", id(&product));
    owner.get("/v1/products").await.expect(200);
    owner.change(&path, json!({ "use_reported": true })).await;
    let contacts = format!("/v1/clients/{client}/contacts");
    let contact = json!({ "name": "Maya Okafor", "email": "maya.okafor@acme.example" });
    let contact = owner.create(&contacts, contact).await;
    let licence = json!({
        "client": client, "product": product["id"], "kind": "subscription", "seats": 5, "cycle": "monthly",
        "starts_on": "2026-01-01", "edition": "Premium", "counted": true,
        "owner": { "kind": "contact", "contact": contact["id"] },
    });
    let licence = owner.post("/v1/licences").key(&key).json(&licence).send().await.expect(201);
    let path = format!("/v1/licences/{}", id(&licence));
    owner.change(&path, json!({ "seats": { "value": 6 }, "edition": null, "split": [] })).await;
    for person in [owner, customer] {
        person.get("/v1/licences").await.expect(200);
        person.get(&path).await.expect(200);
    }
    let file = json!({ "name": "Order", "media_type": "application/pdf", "bytes": 5, "client_sees": true });
    let file = owner.post(&format!("{path}/files")).key(&key).json(&file).send().await.expect(201);
    let link = file["upload"].as_str().expect("a link");
    local::embedded::links::put(owner.stack.app.objects(), link, "%PDF-".into()).await.expect("an answer");
    let file = format!("{path}/files/{}", id(&file));
    for person in [owner, customer] {
        person.get(&file).await.expect(200);
    }
    owner.post(&format!("{file}/remove")).key(&key).send().await.expect(200);
    let seats = format!("{path}/seats");
    let holder = json!({ "holder": { "kind": "contact", "contact": contact["id"] } });
    owner.post(&seats).key(&key).json(&holder).send().await.expect(200);
    owner.get(&seats).await.expect(200);
    owner.get(&format!("{contacts}/{}/seats", id(&contact))).await.expect(200);
    owner.post(&format!("{seats}/release")).key(&key).json(&holder).send().await.expect(200);
    let used = |who: &str| json!({ "id": who, "who": who, "product": product["id"], "at": "2026-02-01T09:00:00Z" });
    let events = json!({ "events": [used("maya.okafor@acme.example"), used("nobody@acme.example")] });
    owner.post(&format!("/v1/clients/{client}/usage-events")).key(&key).json(&events).send().await.expect(200);
    let file = json!({ "csv": "contact,device\nmaya.okafor@acme.example,\n,LAPTOP-7\n" });
    owner.post(&format!("{seats}/import")).key(&key).json(&file).send().await.expect(200);
    let soon = json!({ "renews_on": "2026-03-10", "auto_renew": true, "lead_days": [] });
    owner.change(&path, soon).await;
    for person in [owner, customer] {
        person.get("/v1/licence-renewals").await.expect(200);
        let link = person.get("/v1/licence-renewals/link").await.expect(200);
        owner.stack.nobody().get(link["path"].as_str().expect("a path")).await.expect(200);
    }
    owner.stack.app.settle().await;
    // Another one cannot be read when its day comes, and is put off.
    let other = json!({
        "client": client, "product": product["id"], "kind": "usage", "cycle": "annual", "starts_on": "2026-01-01",
        "expires_on": "2026-03-01",
    });
    let other = owner.create("/v1/licences", other).await;
    crate::poison_root(&owner.stack, &format!("{}#LICENCE#{}", owner.tenant, id(&other)));
    let time = "2026-03-10T09:00:00Z".parse().expect("an instant");
    let input = JobInput { time: Some(time), dry_run: false };
    let report = owner.stack.app.run_job("licences-notify-renewals", input).await.expect("the job runs");
    assert_eq!((report.done, report.failed), (1, 1));
    owner.stack.app.settle().await;
}

fn id(of: &Value) -> &str {
    of["id"].as_str().expect("an id")
}
