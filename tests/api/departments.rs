//! Departments of the MSP.

use serde_json::json;
use tests::Stack;

#[tokio::test]
async fn a_department_is_added_read_listed_and_changed() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let technician = owner.colleague("technician", json!({})).await;
    let body = json!({ "name": "Network", "strategy": "round_robin", "members": [technician.id, owner.id] });
    let added = owner.create("/v1/departments", body).await;
    assert_eq!(added["members"], json!([technician.id, owner.id]), "the order is that of the turns");
    let at = format!("/v1/departments/{}", added["id"].as_str().unwrap());
    assert_eq!(owner.get(&at).await.expect(200), added);
    owner.create("/v1/departments", json!({ "name": "applications" })).await;
    let listed = technician.get("/v1/departments").await.expect(200);
    let names: Vec<&str> = listed["items"].as_array().unwrap().iter().filter_map(|d| d["name"].as_str()).collect();
    assert_eq!(names, ["applications", "Network"]);
    let changed = owner.change(&at, json!({ "members": [owner.id], "strategy": "manual" })).await;
    assert_eq!((&changed["members"], &changed["strategy"]), (&json!([owner.id]), &json!("manual")));
}

#[tokio::test]
async fn members_are_active_people_who_work_on_tickets() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let auditor = owner.colleague("auditor", json!({})).await;
    let leaver = owner.colleague("technician", json!({})).await;
    let gone = owner.colleague("technician", json!({})).await;
    owner.post(&format!("/v1/users/{}/deactivate", gone.id)).send().await.expect(200);
    let unknown = "usr_01970000000070008000000000000009";
    let body = json!({ "name": "Network", "members": [leaver.id, auditor.id, gone.id, unknown] });
    let problem = owner.post("/v1/departments").json(&body).send().await.with(400);
    assert_eq!(problem.pointers(), ["/members/1", "/members/2", "/members/3"]);

    let added = owner.create("/v1/departments", json!({ "name": "Network", "members": [leaver.id] })).await;
    owner.post(&format!("/v1/users/{}/deactivate", leaver.id)).send().await.expect(200);
    let at = format!("/v1/departments/{}", added["id"].as_str().unwrap());
    let changed = owner.change(&at, json!({ "name": "Networks" })).await;
    assert_eq!(changed["members"], json!([leaver.id]), "a list that nobody touches is not looked at again");
}

#[tokio::test]
async fn the_clients_side_knows_nothing_of_departments() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let customer = owner.colleague("client_admin", json!({ "client": client })).await;
    customer.get("/v1/departments").await.expect(403);
}
