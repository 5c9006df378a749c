//! Signing in, staying signed in, signing out, and who may no longer.

use futures::future::join_all;
use local::embedded::{Fault, Faults, Service};
use serde_json::{Value, json};
use tests::{Answer, PASSWORD, Person, Stack, invitation_in};

use crate::probe::said;

async fn try_to_sign_in(stack: &Stack, email: &str, password: &str) -> Answer {
    stack.nobody().post("/v1/sessions").json(&json!({ "email": email, "password": password })).send().await
}

async fn session(person: &Person) -> Value {
    try_to_sign_in(&person.stack, &person.email, PASSWORD).await.expect(201)
}

async fn refresh(stack: &Stack, token: &Value) -> Answer {
    stack.nobody().post("/v1/sessions/refresh").json(&json!({ "refresh_token": token })).send().await
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_alike() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let leaver = owner.colleague("technician", json!({})).await;
    owner.post(&format!("/v1/users/{}/deactivate", leaver.id)).send().await.expect(200);
    let invited = json!({ "email": "invited@people.example", "name": "Ida", "role": "technician" });
    owner.create("/v1/users", invited).await;
    let wrong = said(try_to_sign_in(&stack, &owner.email, "marble window seventeen otters").await);
    assert_eq!(wrong.0, 401);
    for (who, email, password) in [
        ("an unknown address", "nobody@msp.example", PASSWORD),
        ("somebody deactivated", leaver.email.as_str(), PASSWORD),
        ("somebody who has not accepted", "invited@people.example", PASSWORD),
        ("an empty password", owner.email.as_str(), ""),
    ] {
        assert_eq!(said(try_to_sign_in(&stack, email, password).await), wrong, "{who}");
    }
}

#[tokio::test]
async fn an_address_is_read_whatever_its_case() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    try_to_sign_in(&stack, &owner.email.to_uppercase(), PASSWORD).await.expect(201);
}

#[tokio::test]
async fn the_sixth_try_in_a_minute_waits_and_nobody_else_does() {
    let stack = Stack::start().await;
    let (owner, other) = (stack.msp("Nordlicht IT").await, stack.msp("Südwind IT").await);
    stack.advance("PT5M").await;
    for unknown in [owner.email.as_str(), "nobody@msp.example"] {
        for _ in 0..5 {
            try_to_sign_in(&stack, unknown, "marble window seventeen otters").await.expect(401);
        }
        let answer = try_to_sign_in(&stack, unknown, PASSWORD).await;
        assert_eq!((answer.status, answer.problem()), (429, "too-many-requests"), "{unknown}");
        assert_eq!(answer.header("retry-after"), Some("60"), "{unknown}");
    }
    try_to_sign_in(&stack, &other.email, PASSWORD).await.expect(201);
    owner.get("/v1/me").await.expect(200);

    stack.advance("PT59.999S").await;
    let answer = try_to_sign_in(&stack, &owner.email, PASSWORD).await.with(429);
    assert_eq!(answer.header("retry-after"), Some("1"));
    stack.advance("PT0.001S").await;
    try_to_sign_in(&stack, &owner.email, PASSWORD).await.expect(201);
}

#[tokio::test]
async fn no_minute_has_six_tries_however_they_are_spread() {
    let stack = Stack::start().await;
    let mut let_in = Vec::new();
    for second in 0..150 {
        let answer = try_to_sign_in(&stack, "nobody@msp.example", PASSWORD).await;
        let lately = let_in.iter().filter(|at| second - **at < 60).count();
        assert_eq!(answer.status, if lately < 5 { 401 } else { 429 }, "second {second}, let in at {let_in:?}");
        if answer.status == 401 {
            let_in.push(second);
        }
        stack.app.clock().advance(jiff::SignedDuration::from_secs(1)).unwrap();
    }
    assert_eq!(let_in, [0, 1, 2, 3, 4, 60, 61, 62, 63, 64, 120, 121, 122, 123, 124]);
}

#[tokio::test]
async fn a_sign_in_that_is_run_again_for_a_busy_store_counts_once() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    stack.advance("PT5M").await;
    // The answer to the count is lost; after it, the session's commit is turned away twice.
    let (mut counts, mut commits) = (0, 0);
    stack.app.seam().inject(Faults::by(move |call| match &call.service {
        Service::DynamoDb(operation) if operation == "PutItem" && counts == 0 => {
            counts += 1;
            Some(Fault::AnswerLost)
        }
        Service::DynamoDb(operation) if operation == "TransactWriteItems" && commits < 2 => {
            commits += 1;
            Some(Fault::Conflict)
        }
        _ => None,
    }));
    try_to_sign_in(&stack, &owner.email, PASSWORD).await.expect(201);
    stack.app.seam().inject(Faults::none());
    for _ in 0..4 {
        try_to_sign_in(&stack, &owner.email, PASSWORD).await.expect(201);
    }
    try_to_sign_in(&stack, &owner.email, PASSWORD).await.expect(429);
}

#[tokio::test]
async fn twenty_tries_at_once_are_five() {
    let stack = Stack::start().await;
    let tries = (0..20).map(|_| try_to_sign_in(&stack, "nobody@msp.example", PASSWORD));
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 5);
    assert_eq!(answers.iter().filter(|answer| answer.status == 429).count(), 15);
}

#[tokio::test]
async fn a_refresh_token_is_traded_for_the_next() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let mut session = session(&owner).await;
    for _ in 0..3 {
        stack.advance("PT20M").await;
        let next = refresh(&stack, &session["refresh_token"]).await.expect(200);
        assert_ne!(next["refresh_token"], session["refresh_token"]);
        let token = next["access_token"].as_str().unwrap();
        assert_eq!(owner.with_token(token).get("/v1/me").await.expect(200)["user"]["id"], owner.id.as_str());
        session = next;
    }
}

#[tokio::test]
async fn twenty_refreshes_at_once_leave_one_living_family() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let first = session(&owner).await;
    let answers = join_all((0..20).map(|_| refresh(&stack, &first["refresh_token"]))).await;
    let successors: Vec<Value> =
        answers.into_iter().map(|answer| answer.expect(200)["refresh_token"].clone()).collect();
    assert!(successors.iter().all(|successor| *successor == successors[0]), "{successors:#?}");
    assert_ne!(successors[0], first["refresh_token"]);
    stack.advance("PT1M").await;
    let next = refresh(&stack, &successors[0]).await.expect(200);
    stack.advance("PT1M").await;
    refresh(&stack, &next["refresh_token"]).await.expect(200);
}

#[tokio::test]
async fn an_old_token_used_after_the_grace_ends_the_session() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let (first, elsewhere) = (session(&owner).await, session(&owner).await);
    let second = refresh(&stack, &first["refresh_token"]).await.expect(200);
    stack.advance("PT10S").await;
    let again = refresh(&stack, &first["refresh_token"]).await.expect(200);
    assert_eq!(again["refresh_token"], second["refresh_token"], "a lost answer is given again");
    stack.advance("PT1S").await;
    let reused = said(refresh(&stack, &first["refresh_token"]).await);
    assert_eq!(reused.0, 401);
    assert_eq!(said(refresh(&stack, &second["refresh_token"]).await), reused, "the thief's and the owner's end");
    refresh(&stack, &elsewhere["refresh_token"]).await.expect(200);
}

#[tokio::test]
async fn a_refresh_token_is_kept_as_a_hash() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let token = session(&owner).await["refresh_token"].as_str().unwrap().to_owned();
    let stored = stack.app.dynamo().execute("Scan", &json!({ "TableName": "Main" })).unwrap().to_string();
    assert!(stored.contains("current_hash"), "sessions are in the table");
    for secret in [token.as_str(), token.rsplit('.').next().unwrap(), PASSWORD] {
        assert!(!stored.contains(secret), "a secret stands in the store");
    }
}

#[tokio::test]
async fn what_is_not_a_refresh_token_is_refused() {
    let stack = Stack::start().await;
    let (owner, other) = (stack.msp("Nordlicht IT").await, stack.msp("Südwind IT").await);
    let good = session(&owner).await["refresh_token"].as_str().unwrap().to_owned();
    let access = owner.token.clone().unwrap();
    for bad in [
        String::new(),
        "garbage".into(),
        format!("{good}A"),
        good[1..].into(),
        good.replace(&owner.tenant, &other.tenant),
        good.replace(".1.", ".2."),
        access,
        "é.é.é.é".into(),
        "A".repeat(10_000),
    ] {
        let answer = refresh(&stack, &json!(bad)).await;
        assert_eq!((answer.status, answer.problem()), (401, "unauthenticated"), "{bad}");
    }
    refresh(&stack, &json!(good)).await.expect(200);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_no_other() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let (here, there) = (session(&owner).await, session(&owner).await);
    let person = owner.with_token(here["access_token"].as_str().unwrap());
    for _ in 0..2 {
        person.post("/v1/sessions/sign-out").send().await.expect(200);
    }
    refresh(&stack, &here["refresh_token"]).await.expect(401);
    refresh(&stack, &there["refresh_token"]).await.expect(200);
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_however_much_it_is_used() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let mut token = session(&owner).await["refresh_token"].clone();
    for _ in 0..3 {
        stack.app.clock().advance(jiff::SignedDuration::from_hours(24 * 9)).unwrap();
        token = refresh(&stack, &token).await.expect(200)["refresh_token"].clone();
    }
    stack.app.clock().advance(jiff::SignedDuration::from_hours(24 * 3)).unwrap();
    refresh(&stack, &token).await.expect(401);
}

#[tokio::test]
async fn whoever_is_deactivated_neither_refreshes_nor_signs_in() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let leaver = owner.colleague("technician", json!({})).await;
    let session = session(&leaver).await;
    owner.post(&format!("/v1/users/{}/deactivate", leaver.id)).send().await.expect(200);
    refresh(&stack, &session["refresh_token"]).await.expect(401);
    try_to_sign_in(&stack, &leaver.email, PASSWORD).await.expect(401);
}

#[tokio::test]
async fn weak_passwords_are_refused_where_they_are_chosen() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let email = "jonas.weber@people.example";
    owner.create("/v1/users", json!({ "email": email, "name": "Jonas Weber", "role": "technician" })).await;
    stack.app.settle().await;
    let letters = stack.app.mailbox().letters();
    let token = invitation_in(&letters.iter().rev().find(|letter| letter.to == email).unwrap().text);
    let long = "x7Kq".repeat(65);
    for weak in [
        "",
        "short",
        "14 characters.",
        "aaaaaaaaaaaaaaaaaaaa",
        "123456789012345678",
        "correct horse battery staple",
        "PasswordPassword123",
        "jonas.weber@people.example",
        "Jonas Weber 2026!",
        "Nordlicht IT 2026",
        &long,
    ] {
        let accept = json!({ "token": token, "password": weak });
        let answer = stack.nobody().post("/v1/invitations/accept").json(&accept).send().await;
        assert_eq!((answer.status, answer.pointers()), (400, vec!["/password"]), "{weak}: {:#}", answer.body);
        assert!(weak.is_empty() || !answer.body.to_string().contains(weak), "the password is repeated");
        let company = json!({
            "name": "Nordlicht IT", "zone": "Europe/Berlin", "currency": "EUR",
            "owner": { "name": "Jonas Weber", "email": email, "password": weak },
        });
        let answer = stack.nobody().post("/v1/tenants").json(&company).send().await;
        assert_eq!((answer.status, answer.pointers()), (400, vec!["/owner/password"]), "{weak}: {:#}", answer.body);
    }
    let accept = json!({ "token": token, "password": PASSWORD });
    stack.nobody().post("/v1/invitations/accept").json(&accept).send().await.expect(200);
    let again = stack.nobody().post("/v1/invitations/accept").json(&accept).send().await;
    assert!((400..500).contains(&again.status), "an invitation is good once: {:#}", again.body);
}

#[tokio::test]
async fn the_last_owner_stays() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let at = format!("/v1/users/{}", owner.id);
    let deactivated = owner.post(&format!("{at}/deactivate")).send().await;
    assert_eq!((deactivated.status, deactivated.problem()), (409, "last-owner"));
    let etag = owner.get(&at).await.etag();
    let demoted = owner.patch(&at).if_match(&etag).json(&json!({ "role": "manager" })).send().await;
    assert_eq!((demoted.status, demoted.problem()), (409, "last-owner"));
    assert_eq!(owner.get(&at).await.expect(200)["role"], "owner");
}

#[tokio::test]
async fn two_owners_who_end_each_other_leave_one() {
    for round in 0..5 {
        let owner = Stack::start().await.msp("Nordlicht IT").await;
        let second = owner.colleague("owner", json!({})).await;
        let (by_owner, by_second) =
            (format!("/v1/users/{}/deactivate", second.id), format!("/v1/users/{}/deactivate", owner.id));
        let answers = tokio::join!(owner.post(&by_owner).send(), second.post(&by_second).send());
        let mut statuses = [answers.0.status, answers.1.status];
        statuses.sort_unstable();
        // The one who is late is the last owner, or has no access any more.
        assert!(matches!(statuses, [200, 401 | 409]), "round {round}: {statuses:?}");
        let left = if answers.0.status == 200 { &owner } else { &second };
        let listed = left.get("/v1/users?role=owner&state=active").await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1, "round {round}");
    }
}
