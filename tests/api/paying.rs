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
async fn the_page_of_what_was_given_up_asks_for_it_and_that_of_what_was_credited_for_nothing() {
    for (language, due, nothing) in [
        ("en", "Amount due", "Nothing is to be paid on this invoice."),
        ("de", "Zu zahlen", "Auf diese Rechnung ist nichts zu zahlen."),
        ("fr", "Net à payer", "Rien n’est à payer sur cette facture."),
    ] {
        let (owner, client) = desk().await;
        owner.change("/v1/billing/documents", json!({ "letterhead": { "language": language } })).await;
        let (lost, credited) = (invoice(&owner, &client, 300, 14).await, invoice(&owner, &client, 200, 14).await);
        let (of_lost, of_credited) = (link(&owner, &lost).await, link(&owner, &credited).await);
        let act = |path: String, body: serde_json::Value| owner.post(&path).key(&key()).json(&body).send();
        act(format!("/v1/invoices/{lost}/write-off"), json!({})).await.expect(200);
        let note = json!({ "reason": "A complaint", "total": { "minor": 20_000, "currency": "EUR" } });
        act(format!("/v1/invoices/{credited}/credit"), note).await.expect(201);
        let (page, _) = shown(&owner, &of_credited).await;
        assert!(page.contains(nothing) && !page.contains("href"), "{page}");
        let (page, _) = shown(&owner, &of_lost).await;
        assert!(page.contains(due) && page.contains("300") && page.contains("href"), "{page}");
        // What comes in of it there is less lost.
        let to = page.split("/local/pay/").nth(1).unwrap().split('"').next().unwrap();
        owner.stack.app.pay(to).await.expect("a page");
        owner.stack.app.settle().await;
        assert_eq!(state(&owner, &lost).await, paid());
        let (page, _) = shown(&owner, &of_lost).await;
        assert!(!page.contains(nothing) && !page.contains("href"), "{page}");
        is_right(&owner).await;
    }
}

#[tokio::test]
async fn what_was_paid_on_the_page_and_given_back_is_paid_there_again_on_the_same_day() {
    let (owner, client) = desk().await;
    let id = invoice(&owner, &client, 100, 14).await;
    let url = || async {
        let url = owner.get(&format!("/v1/invoices/{id}/pay-link")).await.expect(200)["url"].clone();
        url.as_str().unwrap().rsplit_once("/local/pay/").unwrap().1.to_owned()
    };
    let mut pages = Vec::new();
    for n in 1..=3 {
        let page = url().await;
        assert_eq!(url().await, page, "who asks twice gets the same");
        owner.stack.app.pay(&page).await.expect("a page that nobody paid on");
        assert!(owner.stack.app.pay(&page).await.is_none(), "it is done with one payment");
        pages.push(page);
        owner.stack.app.settle().await;
        let all = payments(&owner).await;
        assert_eq!((state(&owner, &id).await, all.len()), (paid(), n));
        let last = all.iter().find(|payment| payment["refunded"]["minor"] == 0).unwrap();
        let back = json!({ "amount": { "minor": 10_000, "currency": "EUR" }, "invoice": id });
        let path = format!("/v1/payments/{}/refunds", last["id"].as_str().unwrap());
        owner.post(&path).key(&key()).json(&back).send().await.expect(200);
    }
    pages.dedup();
    assert_eq!(pages.len(), 3);
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
