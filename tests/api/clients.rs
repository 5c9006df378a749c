//! Clients and their contacts.

use serde_json::json;
use tests::Stack;

const NOBODYS_CALENDAR: &str = "cal_01970000000070008000000000000009";
const NOBODYS_POLICY: &str = "pol_01970000000070008000000000000009";

#[tokio::test]
async fn a_client_is_added_read_and_changed() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let body = json!({ "name": " Acme ", "sites": [{ "name": "Bremen" }], "departments": [{ "name": "Sales" }] });
    let added = owner.create("/v1/clients", body).await;
    assert_eq!(added["name"], "Acme");
    assert_eq!(added["zone"], "Europe/Berlin", "the tenant's zone");
    let at = format!("/v1/clients/{}", added["id"].as_str().unwrap());
    assert_eq!(owner.get(&at).await.expect(200), added);

    let site = json!({ "id": added["sites"][0]["id"], "name": "Bremen, harbour" });
    let changed = owner.change(&at, json!({ "sites": [site, { "name": "Kiel" }], "sla": "none" })).await;
    assert_eq!(changed["sites"][0]["id"], added["sites"][0]["id"], "a site keeps its id");
    assert_eq!(changed["sites"][1]["name"], "Kiel");
    assert_eq!(changed["departments"], added["departments"], "what is absent stays");
    assert_eq!(changed["sla"], "none");
}

#[tokio::test]
async fn departments_belong_to_cost_centres_of_their_client() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let sales = json!({ "name": "Sales", "cost_centre": "emea-1" });
    let body = json!({ "name": "Acme", "departments": [sales] });
    let problem = owner.post("/v1/clients").json(&body).send().await.with(400);
    assert_eq!(problem.pointers(), ["/departments/0/cost_centre"]);
    let centre = json!({ "code": "EMEA-1", "name": "Sales EMEA" });
    let body = json!({ "name": "Acme", "departments": [sales], "cost_centres": [centre] });
    let added = owner.create("/v1/clients", body).await;
    assert_eq!((&added["cost_centres"], &added["departments"][0]["cost_centre"]), (&json!([centre]), &json!("EMEA-1")));

    let at = format!("/v1/clients/{}", added["id"].as_str().unwrap());
    let etag = owner.get(&at).await.etag();
    let wrong = json!({ "cost_centres": [{ "code": "no code", "name": "x" }] });
    let problem = owner.patch(&at).if_match(&etag).json(&wrong).send().await.with(400);
    assert_eq!(problem.pointers(), ["/cost_centres/0/code"]);
    let more = json!({ "cost_centres": [centre, { "code": "4712", "name": "Lab" }] });
    owner.change(&at, more).await;
    let left = owner.change(&at, json!({ "cost_centres": [centre] })).await;
    assert_eq!(left["cost_centres"], json!([centre]), "what nothing names goes");
}

#[tokio::test]
async fn a_change_of_nothing_keeps_the_etag() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let at = format!("/v1/clients/{}", owner.client("Acme").await);
    let etag = owner.get(&at).await.etag();
    let answer = owner.patch(&at).if_match(&etag).json(&json!({ "name": "Acme" })).send().await.with(200);
    assert_eq!(answer.etag(), etag);
}

#[tokio::test]
async fn what_a_client_refers_to_must_exist() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let body = json!({ "name": "Acme", "calendar": NOBODYS_CALENDAR, "sla": NOBODYS_POLICY });
    let problem = owner.post("/v1/clients").json(&body).send().await.with(400);
    assert_eq!(problem.pointers(), ["/calendar", "/sla"]);

    let at = format!("/v1/clients/{}", owner.client("Acme").await);
    let etag = owner.get(&at).await.etag();
    let problem = owner.patch(&at).if_match(&etag).json(&json!({ "sla": NOBODYS_POLICY })).send().await.with(400);
    assert_eq!(problem.pointers(), ["/sla"]);
    let sites = json!({ "sites": [{ "id": "sit_01970000000070008000000000000009", "name": "Bremen" }] });
    let problem = owner.patch(&at).if_match(&etag).json(&sites).send().await.with(400);
    assert_eq!(problem.pointers(), ["/sites/0/id"], "ids are the server's to give");
    assert_eq!(owner.get(&at).await.etag(), etag, "nothing was changed");
}

#[tokio::test]
async fn another_tenants_calendar_does_not_exist() {
    let stack = Stack::start().await;
    let (owner, other) = (stack.msp("Nordlicht IT").await, stack.msp("Südwind IT").await);
    let calendar = json!({ "name": "Always", "zone": "UTC", "hours": "always_open" });
    let theirs = other.create("/v1/calendars", calendar).await;
    let body = json!({ "name": "Acme", "calendar": theirs["id"] });
    let problem = owner.post("/v1/clients").json(&body).send().await.with(400);
    assert_eq!(problem.pointers(), ["/calendar"]);
}

#[tokio::test]
async fn clients_are_listed_by_name_page_by_page() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    for name in ["delta", "Alpha Sea", "alpha", "Charlie", "Bravo"] {
        owner.client(name).await;
    }
    let (mut names, mut next) = (Vec::new(), String::new());
    loop {
        let page = owner.get(&format!("/v1/clients?limit=2{next}")).await.expect(200);
        names.extend(page["items"].as_array().unwrap().iter().map(|client| client["name"].clone()));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    assert_eq!(names, ["alpha", "Alpha Sea", "Bravo", "Charlie", "delta"]);
}

#[tokio::test]
async fn the_clients_side_sees_its_own_client_only() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (acme, other) = (owner.client("Acme").await, owner.client("Zeta").await);
    let admin = owner.colleague("client_admin", json!({ "client": acme })).await;
    let listed = admin.get("/v1/clients").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["id"], acme.as_str());
    let cursor = owner.get("/v1/clients?limit=1").await.expect(200)["next"].as_str().unwrap().to_owned();
    admin.get(&format!("/v1/clients?cursor={cursor}")).await.expect(400);

    let problem = admin.get(&format!("/v1/clients/{other}")).await;
    assert_eq!((problem.status, problem.problem()), (404, "not-found"));
    admin.get(&format!("/v1/clients/{other}/contacts")).await.expect(404);
    let contact = json!({ "name": "Maya Okafor" });
    admin.post(&format!("/v1/clients/{other}/contacts")).json(&contact).send().await.expect(404);
    admin.create(&format!("/v1/clients/{acme}/contacts"), contact).await;
}

#[tokio::test]
async fn a_contact_works_at_a_site_and_department_of_its_client() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let body = json!({ "name": "Acme", "sites": [{ "name": "Bremen" }], "departments": [{ "name": "Sales" }] });
    let client = owner.create("/v1/clients", body).await;
    let contacts = format!("/v1/clients/{}/contacts", client["id"].as_str().unwrap());
    let contact = json!({
        "name": "Maya Okafor", "email": "Maya.Okafor@Acme.example", "phone": "+49 421 1", "title": "Head of sales",
        "site": client["sites"][0]["id"], "unit": client["departments"][0]["id"],
    });
    let added = owner.create(&contacts, contact).await;
    assert_eq!(added["email"], "maya.okafor@acme.example");
    assert_eq!(owner.get(&contacts).await.expect(200)["items"], json!([added]));

    let at = format!("{contacts}/{}", added["id"].as_str().unwrap());
    let changed = owner.change(&at, json!({ "phone": null, "active": false })).await;
    assert_eq!(
        (&changed["phone"], &changed["active"], &changed["title"]),
        (&json!(null), &json!(false), &added["title"])
    );

    let stranger = json!({ "name": "Ben", "site": "sit_01970000000070008000000000000009" });
    let problem = owner.post(&contacts).json(&stranger).send().await.with(400);
    assert_eq!(problem.pointers(), ["/site"]);
    let elsewhere = owner.client("Zeta").await;
    let id = added["id"].as_str().unwrap();
    owner.get(&format!("/v1/clients/{elsewhere}/contacts/{id}")).await.expect(404);
}
