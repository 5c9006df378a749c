//! The whole way, as the README walks it.

use serde_json::json;
use tests::Stack;

#[tokio::test]
async fn a_ticket_goes_from_the_client_to_its_breach() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let policy = json!({
        "name": "Gold",
        "targets": { "p1": { "resolution": { "minutes": 120, "time": "always" } }, "p2": {
            "first_response": { "minutes": 60, "time": "always" },
            "resolution": { "minutes": 240, "time": "always" },
        } },
        "warnings": [50],
        "ladder": [{ "on": ["resolution"], "when": { "after_breach_minutes": 0 }, "actions": [{ "do": "raise_priority" }, { "do": "notify_roles", "roles": ["owner"] }] }],
    });
    let policy = owner.create("/v1/sla/policies", policy).await;
    owner.change("/v1/tenant", json!({ "sla": policy["id"] })).await;
    let client = owner.client("Acme Tools").await;
    let technician = owner.colleague("technician", json!({ "capacity": 5 })).await;
    let customer = owner.colleague("client_user", json!({ "client": client })).await;

    let department = json!({ "name": "Service desk", "strategy": "round_robin", "members": [technician.id] });
    let department = owner.create("/v1/departments", department).await;
    let opened = customer
        .create("/v1/tickets", json!({
            "subject": "No mail since nine", "description": "Nobody gets mail.", "impact": "medium", "urgency": "high",
            "department": department["id"],
        }))
        .await;
    assert_eq!(opened["priority"], "p2");
    assert_eq!(opened["assignee"], technician.id.as_str());
    assert_eq!(opened["number"], 1);
    let at = format!("/v1/tickets/{}", opened["id"].as_str().unwrap());

    stack.advance("PT20M").await;
    technician.create(&format!("{at}/replies"), json!({ "body": "Looking at it.", "then": "pending_customer" })).await;
    stack.advance("PT2H").await;
    let paused = technician.get(&at).await.expect(200);
    assert!(paused["clocks"].as_array().is_some_and(|clocks| !clocks.is_empty()), "{paused:#}");
    let clock = |ticket: &serde_json::Value, kind: &str| {
        ticket["clocks"].as_array().unwrap().iter().find(|c| c["kind"] == kind).unwrap().clone()
    };
    assert_eq!(clock(&paused, "first_response")["state"], "met");
    assert_eq!(clock(&paused, "resolution")["state"], "paused");
    assert_eq!(clock(&paused, "resolution")["consumed_s"], 20 * 60);

    customer.create(&format!("{at}/replies"), json!({ "body": "Still nothing." })).await;
    stack.advance("PT4H").await;
    let late = technician.get(&at).await.expect(200);
    assert_eq!(late["status"], "open");
    assert_eq!(clock(&late, "resolution")["state"], "breached");
    assert_eq!(late["priority"], "p1");

    let timeline = technician.get(&format!("{at}/timeline?limit=100")).await.expect(200);
    let kinds: Vec<&str> =
        timeline["items"].as_array().unwrap().iter().map(|e| e["what"]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "breached").count(), 1, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| **kind == "escalated").count(), 1, "{kinds:?}");
    assert!(stack.app.mailbox().letters().iter().any(|letter| letter.to == owner.email), "the owner is told");

    let seen_by_customer = customer.get(&format!("{at}/timeline?limit=100")).await.expect(200);
    assert!(seen_by_customer["items"].as_array().unwrap().iter().all(|e| e["public"] == true));
}
