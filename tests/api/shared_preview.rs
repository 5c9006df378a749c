//! The preview of contracts that share an invoice is that invoice, once, as the run makes it.

use local::embedded::Faults;
use runtime::jobs::JobInput;
use serde_json::{Value, json};

use crate::billed::{act, bill, desk, flat, id, signed, worked};

/// Milliseconds of tokio's clock that a call is at most on its way.
const WAY_MS: u16 = 20;

#[tokio::test]
async fn contracts_that_share_an_invoice_are_shown_on_it_as_the_run_makes_it() {
    let (stack, owner, client) = desk().await;
    owner.change("/v1/billing/settings", json!({ "grouping": "per_client" })).await;
    let first = signed(&owner, &client, json!([flat("100")]), json!({})).await;
    let second = signed(&owner, &client, json!([flat("50")]), json!({})).await;
    let apart =
        signed(&owner, &client, json!([flat("7")]), json!({ "terms": { "kind": "net_days", "days": 3 } })).await;
    bill(&stack, &owner, "2026-02-02T13:00:00Z").await;
    stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    worked(&owner, &client, "2026-02-20T08:00:00Z", 90).await;
    stack.app.clock().advance_to("2026-03-01T06:00:00Z".parse().unwrap()).unwrap();
    stack.app.settle().await;

    let asked = async |question| act(&owner, "/v1/billing/preview", question).await.expect(200)["contracts"].clone();
    let all = asked(json!({ "client": client })).await;
    let shown: Vec<_> = all.as_array().unwrap().iter().collect();
    assert_eq!(shown.len(), 2, "the shared one and the one apart: {all:#}");
    let shared = &shown[0]["invoices"];
    assert_eq!((id(&json!({ "id": shown[0]["contract"] })), shared.as_array().unwrap().len()), (id(&first), 1));
    assert_eq!(shared[0]["contracts"], json!([first["id"], second["id"]]));
    assert_eq!(shared[0]["totals"]["total"]["minor"], 100_00 + 50_00 + 90_00);
    assert_eq!(shown[1]["invoices"][0]["contracts"], json!([apart["id"]]));
    assert_eq!(shown[1]["invoices"][0]["totals"]["total"]["minor"], 7_00, "the work is on the other one");
    let of_second = asked(json!({ "contract": second["id"] })).await;
    assert_eq!((&of_second[0]["contract"], &of_second[0]["invoices"]), (&second["id"], shared));

    let dry = JobInput { dry_run: true, ..JobInput::default() };
    let would = stack.app.run_job("billing-invoice-run", dry).await.unwrap().would;
    let invoices: usize = would.iter().map(|one| one["invoices"].as_array().unwrap().len()).sum();
    assert_eq!((would.len(), invoices), (2, 2), "{would:#?}");

    let made = bill(&stack, &owner, "2026-03-01T07:00:00Z").await;
    let mut totals: Vec<i64> = made.iter().map(|made| made["totals"]["total"]["minor"].as_i64().unwrap()).collect();
    totals.sort_unstable();
    assert_eq!(totals, [7_00, 7_00, 150_00, 240_00], "the work is with the first, as it was shown");
}

/// In whichever order a run comes to them: its calls are each on their way for as long as a seed draws.
#[tokio::test(start_paused = true)]
async fn what_is_open_of_a_client_is_billed_with_its_first_contract_as_it_was_shown() {
    let (stack, owner, client) = desk().await;
    let mut contracts = Vec::new();
    for price in [100, 200, 300, 400, 500, 600] {
        contracts.push(signed(&owner, &client, json!([flat(&price.to_string())]), json!({})).await);
    }
    bill(&stack, &owner, "2026-02-02T13:00:00Z").await;
    for month in 2..=5 {
        let at = |day_and_hour: &str| format!("2026-{month:02}-{day_and_hour}:00:00Z");
        stack.app.clock().advance_to(at("20T12").parse().unwrap()).unwrap();
        worked(&owner, &client, &at("20T08"), 90).await;
        let next = format!("2026-{:02}-01T07:00:00Z", month + 1);
        stack.app.clock().advance_to(next.parse().unwrap()).unwrap();
        stack.app.settle().await;

        // Asked for by itself or with the others, the work stands with the first and with nobody else.
        let with_work = [190_00, 200_00, 300_00, 400_00, 500_00, 600_00];
        for (contract, total) in contracts.iter().zip(with_work) {
            let shown = act(&owner, "/v1/billing/preview", json!({ "contract": contract["id"] })).await.expect(200);
            assert_eq!(shown["contracts"][0]["invoices"][0]["totals"]["total"]["minor"], total, "{shown:#}");
        }
        stack.app.seam().inject(Faults::none().slow(month, WAY_MS));
        let made = bill(&stack, &owner, &next).await;
        stack.app.seam().inject(Faults::none());
        for (contract, total) in contracts.iter().zip(with_work) {
            let newest = made.iter().find(|made| made["billed"][0]["contract"] == contract["id"]).unwrap();
            assert_eq!(newest["totals"]["total"]["minor"], total, "{made:#?}");
        }
    }
}

#[tokio::test]
async fn the_preview_of_everybody_is_the_clients_previews_page_by_page_and_only_of_what_is_due() {
    let (stack, owner, acme) = desk().await;
    let other = owner.client("Other").await;
    for client in [&acme, &other, &other] {
        signed(&owner, client, json!([flat("280")]), json!({})).await;
    }
    let later = json!({ "schedule": { "cycle": "monthly", "alignment": "calendar", "starts_on": "2026-04-01" } });
    signed(&owner, &acme, json!([flat("10")]), later).await;
    let asked = async |path: &str, question: Value| act(&owner, path, question).await.expect(200);
    let mut everybody = Vec::new();
    let mut path = "/v1/billing/preview?limit=1".to_owned();
    loop {
        let page = asked(&path, json!({})).await;
        everybody.extend(page["contracts"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/billing/preview?limit=1&cursor={next}");
    }
    let mut by_client = Vec::new();
    for client in [&acme, &other] {
        let of = asked("/v1/billing/preview", json!({ "client": client })).await;
        by_client.extend(of["contracts"].as_array().unwrap().clone());
    }
    let sorted = |mut all: Vec<Value>| {
        all.sort_by_key(|shown| shown["number"].as_str().unwrap().to_owned());
        all
    };
    assert_eq!(everybody.len(), 3, "{everybody:#?}");
    assert_eq!(sorted(everybody), sorted(by_client));
    bill(&stack, &owner, "2026-02-03T06:00:00Z").await;
    assert_eq!(asked("/v1/billing/preview", json!({})).await["contracts"], json!([]), "nothing is due any more");
    let both = json!({ "client": acme, "contract": "ctr_01970000000070008000000000000001" });
    assert_eq!(act(&owner, "/v1/billing/preview", both).await.with(400).pointers(), ["/contract"]);
    act(&owner, "/v1/billing/preview?limit=26", json!({})).await.with(400);
}
