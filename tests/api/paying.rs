//! The link in an invoice's letter: whoever has it sees what is left to pay, and gets to the provider's page.

use serde_json::json;
use tests::{Answer, Person};

use crate::charging::{desk, invoice, is_right, key, paid, payments, state};

/// The link of an invoice, without the app's address.
async fn link(owner: &Person, invoice: &str) -> String {
    let url = owner.get(&format!("/v1/invoices/{invoice}/pay-link")).await.expect(200)["url"].clone();
    let key = url.as_str().unwrap().rsplit_once("/local/pay/").unwrap().1.to_owned();
    let page = owner.stack.app.provider().page(&key).unwrap();
    page.back_to.strip_prefix("http://localhost:8080").unwrap().to_owned()
}

async fn shown(owner: &Person, link: &str) -> (String, Answer) {
    let answer = owner.stack.nobody().get(link).await.with(200);
    (answer.body.as_str().unwrap().to_owned(), answer)
}

#[tokio::test]
async fn the_link_in_the_letter_shows_what_is_left_and_leads_to_where_it_is_paid() {
    let (owner, client) = desk().await;
    let name = "Nord <script>alert(1)</script>";
    owner.change("/v1/billing/documents", json!({ "letterhead": { "name": name } })).await;
    let id = invoice(&owner, &client, 60, 14).await;
    let link = link(&owner, &id).await;
    let (page, answer) = shown(&owner, &link).await;
    assert!(page.contains("60.00") && page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"));

    let part = json!({ "client": client, "amount": { "minor": 1_500, "currency": "EUR" }, "method": "bank_transfer" });
    owner.post("/v1/payments").key(&key()).json(&part).send().await.expect(201);
    let (page, _) = shown(&owner, &link).await;
    let to = page.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(page.contains("45.00"), "{page}");
    let to = to.rsplit_once("/local/pay/").unwrap().1;
    let back = owner.stack.app.pay(to).await.unwrap().back_to;
    assert!(back.ends_with(&link));
    owner.stack.app.settle().await;
    assert_eq!(state(&owner, &id).await, paid());
    assert_eq!(payments(&owner).await.len(), 2);
    let (page, _) = shown(&owner, &link).await;
    assert!(page.contains("Paid. Thank you.") && !page.contains("href"), "{page}");
    is_right(&owner).await;
}

#[tokio::test]
async fn a_link_that_the_server_did_not_make_leads_nowhere() {
    let (owner, client) = desk().await;
    let (one, other) = (invoice(&owner, &client, 60, 14).await, invoice(&owner, &client, 70, 14).await);
    let (link, other) = (link(&owner, &one).await, link(&owner, &other).await);
    let start = "/v1/pay/".len();
    let mut wrong: Vec<String> = (start..link.len())
        .map(|at| {
            let other = if link.as_bytes()[at] == b'A' { 'B' } else { 'A' };
            format!("{}{other}{}", &link[..at], &link[at + 1..])
        })
        .collect();
    let proof = |link: &str| link.split_once('.').unwrap().1.to_owned();
    wrong.push(link.replace(&proof(&link), &proof(&other)));
    wrong.extend([
        link[..link.len() - 1].to_owned(),
        format!("{link}A"),
        "/v1/pay/.".into(),
        "/v1/pay/AAAA.AAAA".into(),
    ]);
    for wrong in wrong {
        assert_eq!(owner.stack.nobody().get(&wrong).await.with(404).problem(), "not-found", "{wrong}");
    }
    let void = format!("/v1/invoices/{one}/void");
    owner.post(&void).key(&key()).json(&json!({})).send().await.expect(200);
    let (page, _) = shown(&owner, &link).await;
    assert!(page.contains("Nothing is to be paid on it.") && !page.contains("href"), "{page}");
}
