//! The preview of contracts that share an invoice is that invoice, once, as the run makes it.

use runtime::jobs::JobInput;
use serde_json::json;

use crate::billed::{act, bill, desk, flat, id, signed, worked};

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
    // The lanes of a run go side by side: whichever contract comes first takes the work, and only one of them does.
    assert!([[7_00, 7_00, 150_00, 240_00], [7_00, 97_00, 150_00, 150_00]].contains(&totals[..].try_into().unwrap()));
}
