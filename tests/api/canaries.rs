//! Secrets stand nowhere but where they belong: not in the tables, not in what happened, not in the audit log.

use local::app::MASTER_SECRET;
use local::embedded::dynamo::{AUDIT, MAIN};
use serde_json::{Value, json};
use tests::{PASSWORD, Stack, invitation_in};

#[tokio::test]
async fn no_secret_stands_in_a_table_an_event_or_the_audit_log() {
    const KEY: &str = "canary-of-an-idempotency-key";
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let technician = owner.colleague("technician", json!({})).await;
    let letters = stack.app.mailbox().letters();
    let invitation = invitation_in(&letters.iter().find(|letter| letter.to == technician.email).unwrap().text);
    let said = |answer: &Value, name: &str| answer[name].as_str().unwrap().to_owned();
    let sign_in = json!({ "email": technician.email, "password": PASSWORD });
    let session = stack.nobody().post("/v1/sessions").json(&sign_in).send().await.expect(201);
    let refresh = json!({ "refresh_token": session["refresh_token"] });
    let next = stack.nobody().post("/v1/sessions/refresh").json(&refresh).send().await.expect(200);
    let client = owner.client("Acme Tools").await;
    let ticket = json!({ "client": client, "subject": "Printer", "description": "It says E-302." });
    owner.post("/v1/tickets").key(KEY).json(&ticket).send().await.expect(201);
    let wrong = json!({ "email": technician.email, "password": "marble window seventeen otters" });
    stack.nobody().post("/v1/sessions").json(&wrong).send().await.expect(401);
    stack.app.settle().await;

    let (main, audit) = (stack.items(MAIN), stack.items(AUDIT));
    let events = main.iter().filter(|item| item["event"].is_object()).count();
    assert!(events > 3 && audit.len() > 3, "{events} events and {} audit entries", audit.len());
    let refresh_tokens = [said(&session, "refresh_token"), said(&next, "refresh_token")];
    let halves = refresh_tokens.iter().filter_map(|token| token.rsplit('.').next()).map(str::to_owned);
    let secrets = [PASSWORD, "marble window seventeen otters", MASTER_SECRET, KEY].map(str::to_owned);
    let tokens = [said(&session, "access_token"), said(&next, "access_token"), invitation.clone()];
    let signature = invitation.rsplit('.').next().unwrap().to_owned();
    let all: Vec<String> = secrets.into_iter().chain(tokens).chain(halves).chain([signature]).collect();
    for item in main.iter().chain(&audit) {
        let text = item.to_string();
        for secret in &all {
            assert!(secret.len() > 8 && !text.contains(secret.as_str()), "{secret} stands in {}", item["pk"]);
        }
    }
}
