//! Contracts that renew, and when somebody has to know.

use serde_json::{Value, json};
use tests::Stack;

use crate::contracts::{at, seats, signed, with};

#[tokio::test]
async fn what_renews_is_listed_by_its_last_day_of_notice_until_notice_is_given() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let schedule = |ends_on| json!({ "cycle": "monthly", "starts_on": "2026-02-10", "ends_on": ends_on });
    let uplift = json!({ "kind": "percent", "percent": "5" });
    let renewal = json!({ "auto": true, "months": 12, "notice_days": 30, "uplift": uplift });
    let late = with(seats(&client), json!({ "schedule": schedule("2027-02-10"), "renewal": renewal }));
    let late = signed(&owner, late).await;
    let early = signed(&owner, with(seats(&client), json!({ "schedule": schedule("2026-08-10") }))).await;
    owner.create("/v1/contracts", with(seats(&client), json!({ "schedule": schedule("2026-05-10") }))).await;
    signed(&owner, seats(&client)).await;
    let listed = owner.get("/v1/renewals").await.expect(200);
    let shown: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|item| (&item["contract"], &item["notice_by"])).collect();
    assert_eq!(shown, [(&early["id"], &json!("2026-07-11")), (&late["id"], &json!("2027-01-11"))]);
    let comes = &listed["items"][1];
    assert_eq!(
        (&comes["auto"], &comes["until"], &comes["factor"]),
        (&json!(true), &json!("2028-02-10"), &json!("1.05"))
    );
    let soon = owner.get("/v1/renewals?until=2026-12-31").await.expect(200);
    assert_eq!(soon["items"].as_array().unwrap().len(), 1);
    let given =
        owner.post(&format!("{}/notice", at(&late))).json(&json!({ "note": "By letter." })).send().await.expect(200);
    assert_eq!(given["renewal"]["notice_given"], "2026-02-02");
    let listed = owner.get("/v1/renewals").await.expect(200);
    assert_eq!((&listed["items"][1]["auto"], &listed["items"][1]["until"]), (&json!(false), &Value::Null));
    let ended =
        owner.post(&format!("{}/end", at(&early))).json(&json!({ "on": "2026-03-10" })).send().await.expect(200);
    assert_eq!(ended["schedule"]["ends_on"], "2026-03-10");
    assert_eq!(owner.get("/v1/renewals").await.expect(200)["items"][0]["ends_on"], "2026-03-10");
}
