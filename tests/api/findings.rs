//! What is found at a client over HTTP: each saving explained, counted once, decided, and measured when it came true.

use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::{Person, Stack, unique};

pub(crate) fn key() -> String {
    format!("key-{}-of-findings", unique())
}

async fn contact(owner: &Person, client: &str, name: &str) -> Value {
    let email = format!("{}@acme.example", name.to_lowercase());
    owner.create(&format!("/v1/clients/{client}/contacts"), json!({ "name": name, "email": email })).await
}

/// A client with a licence of ten seats for 25.00 a month each, that costs the MSP 20.00. Maya uses her seat, Otto never
/// did, Ina has left, and Udo and a stranger work without one.
pub(crate) struct Desk {
    pub(crate) stack: Stack,
    pub(crate) owner: Person,
    pub(crate) client: String,
    pub(crate) licence: String,
    pub(crate) product: String,
    pub(crate) otto: Value,
}

impl Desk {
    pub(crate) async fn start() -> Self {
        let stack = Stack::start().await;
        let owner = stack.msp("Nordlicht IT").await;
        Self::of(stack, owner).await
    }

    async fn of(stack: Stack, owner: Person) -> Self {
        let client = owner.client("Acme").await;
        let product = json!({
            "vendor": "Contoso", "name": "Office", "category": "Productivity", "use_reported": true,
        });
        let product = owner.create("/v1/products", product).await["id"].as_str().unwrap().to_owned();
        let licence = json!({
            "client": client, "product": product, "kind": "subscription", "seats": 10, "cycle": "monthly",
            "cost_per_seat": { "minor": 20_00, "currency": "EUR" },
            "price_per_seat": { "minor": 25_00, "currency": "EUR" }, "starts_on": "2026-01-01",
            "renews_on": "2026-07-01", "auto_renew": true, "notice_days": 30,
        });
        let licence = owner.create("/v1/licences", licence).await["id"].as_str().unwrap().to_owned();
        let mut people = Vec::new();
        for name in ["Maya", "Otto", "Ina", "Udo"] {
            people.push(contact(&owner, &client, name).await);
        }
        for person in &people[..3] {
            let seat = json!({ "holder": { "kind": "contact", "contact": person["id"] }, "since": "2026-01-01" });
            owner.post(&format!("/v1/licences/{licence}/seats")).key(&key()).json(&seat).send().await.expect(200);
        }
        let left = format!("/v1/clients/{client}/contacts/{}", people[2]["id"].as_str().unwrap());
        owner.change(&left, json!({ "active": false })).await;
        let desk = Desk { stack, owner, client, licence, product, otto: people[1].clone() };
        desk.used(&[("maya@acme.example", "2025-12-20"), ("maya@acme.example", "2026-02-01")]).await;
        desk.used(&[("udo@acme.example", "2026-01-30"), ("x@else.example", "2026-01-31")]).await;
        desk
    }

    pub(crate) async fn used(&self, uses: &[(&str, &str)]) {
        let event = |(who, day): &(&str, &str)| json!({ "id": format!("{who}-{day}"), "who": who, "product": self.product, "at": format!("{day}T09:00:00Z") });
        let events: Vec<Value> = uses.iter().map(event).collect();
        let path = format!("/v1/clients/{}/usage-events", self.client);
        self.owner.post(&path).key(&key()).json(&json!({ "events": events })).send().await.expect(200);
    }

    pub(crate) async fn review(&self) {
        self.stack.app.settle().await;
        let report = self.stack.app.run_job("licences-review", JobInput::default()).await.unwrap();
        assert_eq!((report.failed, report.parked), (0, 0), "{report:?}");
    }

    pub(crate) async fn found(&self, query: &str) -> Vec<Value> {
        let path = format!("/v1/findings?client={}&limit=100{query}", self.client);
        self.owner.get(&path).await.expect(200)["items"].as_array().unwrap().clone()
    }

    pub(crate) async fn of_kind(&self, kind: &str) -> Value {
        let query = format!("&kind={kind}");
        self.found(&query).await.first().unwrap_or_else(|| panic!("no {kind}")).clone()
    }

    fn at(&self, finding: &Value) -> String {
        format!("/v1/clients/{}/findings/{}/decision", self.client, finding["id"].as_str().unwrap())
    }

    async fn say(&self, finding: &Value, decision: Value) -> tests::Answer {
        self.owner.post(&self.at(finding)).key(&key()).json(&decision).send().await
    }

    pub(crate) async fn release(&self, person: &Value) {
        let seat = json!({ "holder": { "kind": "contact", "contact": person["id"] } });
        let path = format!("/v1/licences/{}/seats/release", self.licence);
        self.owner.post(&path).key(&key()).json(&seat).send().await.expect(200);
    }

    async fn bill(&self) {
        let line = json!({ "text": "Firewall", "quantity": "1", "unit_price": "100" });
        let body = json!({ "client": self.client, "lines": [line] });
        let draft = self.owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
        let issue = format!("/v1/invoices/{}/issue", draft["id"].as_str().unwrap());
        self.owner.post(&issue).key(&key()).json(&json!({})).send().await.expect(200);
        self.stack.app.settle().await;
    }

    async fn sums(&self) -> (i64, i64, i64, i64) {
        let savings = self.owner.get("/v1/savings").await.expect(200);
        let euros = &savings["total"]["amounts"][0];
        let minor = |name: &str| euros[name]["minor"].as_i64().unwrap_or_default();
        (minor("open"), minor("accepted"), minor("realised"), minor("exposure"))
    }
}

fn euros(minor: i64) -> Value {
    json!({ "minor": minor, "currency": "EUR" })
}

#[tokio::test]
async fn the_waste_of_a_client_is_found_with_its_saving_its_evidence_and_what_to_do() {
    let desk = Desk::start().await;
    desk.review().await;
    let found = desk.found("").await;
    let kinds: Vec<_> =
        found.iter().map(|one| (one["kind"].as_str().unwrap(), one["counted"]["minor"].as_i64())).collect();
    assert_eq!(kinds[0], ("over_bought", Some(2_100_00)), "what saves most comes first: 7 × 25.00 × 12");
    assert_eq!(found.len(), 5, "{kinds:?}");
    let left = desk.of_kind("left").await;
    assert_eq!(left["worth"], json!({ "kind": "saves", "yearly": euros(300_00), "seats": 1 }));
    assert_eq!((&left["action"], &left["notice_by"]), (&json!({ "kind": "reclaim" }), &json!("2026-06-01")));
    let why = "Ina holds the seat since 2026-01-01. Ina does not work there any more. A seat costs 300.00 EUR a year.";
    assert_eq!(left["why"], why);
    let never = desk.of_kind("never_used").await;
    assert_eq!((&never["whose"]["contact"], &never["person"]), (&desk.otto["id"], &json!("Otto")));
    let shadow = desk.found("&kind=shadow_use").await;
    let (udo, stranger) = ("Udo used Office without a seat", "x@else.example used Office without a seat");
    for (who, action) in [(udo, "assign"), (stranger, "assign")] {
        let one = shadow.iter().find(|one| one["why"].as_str().unwrap().starts_with(who)).unwrap();
        assert_eq!(one["action"]["kind"], action, "free seats are there");
        assert_eq!(one["no_amount"], "A free seat is there; it only needs to be assigned.");
    }
    assert_eq!(desk.sums().await, (2_700_00, 0, 0, 0), "9 of 10 seats, each once");
    desk.review().await;
    assert_eq!(desk.sums().await, (2_700_00, 0, 0, 0), "a review that is not due does nothing");
}

#[tokio::test]
async fn a_clients_side_sees_and_decides_its_own_and_nobody_elses() {
    let desk = Desk::start().await;
    let other = Desk::of(desk.stack.clone(), desk.owner.clone()).await;
    desk.review().await;
    let admin = desk.owner.colleague("client_admin", json!({ "client": desk.client })).await;
    assert_eq!(admin.get("/v1/findings").await.expect(200)["items"].as_array().unwrap().len(), 5);
    admin.get(&format!("/v1/findings?client={}", other.client)).await.expect(404);
    let (own, foreign) = (desk.of_kind("left").await, other.of_kind("left").await);
    let accept = json!({ "decision": "accept" });
    admin.post(&desk.at(&own)).key(&key()).json(&accept).send().await.expect(200);
    admin.post(&other.at(&foreign)).key(&key()).json(&accept).send().await.expect(404);
    let savings = admin.get("/v1/savings").await.expect(200);
    assert_eq!(savings["clients"].as_array().unwrap().len(), 1);
    assert_eq!(savings["total"]["amounts"][0]["open"], euros(2_400_00), "its own alone");
    assert_eq!(desk.sums().await, (5_100_00, 300_00, 0, 0), "the MSP sees both");
    admin.get(&format!("/v1/clients/{}/true-up", other.client)).await.expect(404);
    admin.get(&format!("/v1/clients/{}/utilisation", other.client)).await.expect(404);
}

#[tokio::test]
async fn a_finding_is_accepted_dismissed_with_a_reason_or_sleeps_and_the_sums_follow() {
    let desk = Desk::start().await;
    desk.review().await;
    let left = desk.of_kind("left").await;
    let refused = desk.say(&left, json!({ "decision": "dismiss" })).await.with(400);
    assert_eq!(refused.pointers(), ["/reason"]);
    let refused = desk.say(&left, json!({ "decision": "accept", "until": "2026-03-01" })).await.with(400);
    assert_eq!(refused.pointers(), ["/until"]);
    let refused = desk.say(&left, json!({ "decision": "snooze", "until": "2026-02-02" })).await.with(400);
    assert_eq!(refused.pointers(), ["/until"], "today is over");
    let reason = json!({ "decision": "dismiss", "reason": "Shared with the trainee" });
    let dismissed = desk.say(&left, reason).await.expect(200);
    assert_eq!((&dismissed["state"], &dismissed["reason"]), (&json!("dismissed"), &json!("Shared with the trainee")));
    assert_eq!(desk.sums().await.0, 2_400_00);
    assert_eq!(desk.found("&state=dismissed").await.len(), 1);
    assert_eq!(desk.found("").await.len(), 4);
    let never = desk.of_kind("never_used").await;
    desk.say(&never, json!({ "decision": "snooze", "until": "2026-02-04" })).await.expect(200);
    assert_eq!(desk.sums().await.0, 2_100_00);
    desk.stack.advance("PT48H").await;
    assert_eq!(desk.found("&state=snoozed").await.len(), 0, "it is the fourth of February");
    assert_eq!(desk.sums().await.0, 2_400_00);
    assert_eq!(desk.found("&state=dismissed").await.len(), 1, "what was dismissed stays so");
}

#[tokio::test]
async fn what_was_taken_back_is_counted_once_and_comes_true_once_when_the_client_is_billed() {
    let desk = Desk::start().await;
    desk.review().await;
    let never = desk.of_kind("never_used").await;
    desk.say(&never, json!({ "decision": "accept" })).await.expect(200);
    assert_eq!(desk.sums().await, (2_400_00, 300_00, 0, 0));
    desk.release(&desk.otto).await;
    desk.stack.advance("PT24H").await;
    assert_eq!(desk.sums().await, (2_400_00, 300_00, 0, 0), "eight are free now, and one of them was counted");
    let surplus = desk.of_kind("over_bought").await;
    assert_eq!((&surplus["worth"]["seats"], &surplus["counted"]), (&json!(8), &euros(2_100_00)));
    assert_eq!(surplus["not_counted"], "1 of these seats are counted where they were taken back.");
    desk.bill().await;
    assert_eq!(desk.sums().await.2, 0, "all ten are still paid for");
    let licence = format!("/v1/licences/{}", desk.licence);
    desk.owner.change(&licence, json!({ "seats": { "value": 9 } })).await;
    desk.bill().await;
    assert_eq!(desk.sums().await, (2_400_00, 0, 300_00, 0));
    desk.bill().await;
    desk.stack.advance("PT24H").await;
    assert_eq!(desk.sums().await, (2_400_00, 0, 300_00, 0), "seven are free, and it came true once");
    let realised = &desk.found("&state=realised").await[0];
    assert_eq!((&realised["id"], &realised["came_true"]), (&never["id"], &euros(300_00)));
}

#[tokio::test]
async fn a_seat_and_a_surplus_that_go_on_the_day_of_the_bill_come_true_with_it() {
    let desk = Desk::start().await;
    desk.review().await;
    let (surplus, left) = (desk.of_kind("over_bought").await, desk.of_kind("left").await);
    for finding in [&surplus, &left] {
        desk.say(finding, json!({ "decision": "accept" })).await.expect(200);
    }
    desk.release(&json!({ "id": left["whose"]["contact"] })).await;
    let licence = format!("/v1/licences/{}", desk.licence);
    desk.owner.change(&licence, json!({ "seats": { "value": 2 } })).await;
    desk.bill().await;
    let (_, accepted, realised, _) = desk.sums().await;
    assert_eq!((accepted, realised), (0, 2_400_00), "seven that nobody held, and that of who left");
    desk.bill().await;
    assert_eq!(desk.sums().await.2, 2_400_00, "once");
}

#[tokio::test]
async fn what_is_accepted_and_planned_stays_accepted_until_the_bill_after_its_day() {
    let desk = Desk::start().await;
    let licence = format!("/v1/licences/{}", desk.licence);
    desk.owner.change(&licence, json!({ "renews_on": "2026-02-05" })).await;
    desk.review().await;
    let (surplus, left) = (desk.of_kind("over_bought").await, desk.of_kind("left").await);
    assert_eq!(surplus["action"], json!({ "kind": "resize_at_renewal", "seats": 3 }));
    for finding in [&surplus, &left] {
        desk.say(finding, json!({ "decision": "accept" })).await.expect(200);
    }
    assert_eq!(desk.sums().await, (300_00, 2_400_00, 0, 0));
    // As it says, and one more for the seat that is to be taken back.
    desk.owner.change(&licence, json!({ "seats": { "from": "2026-02-05", "value": 2 } })).await;
    for _ in ["2026-02-03", "2026-02-04"] {
        desk.stack.advance("PT24H").await;
        desk.bill().await;
        assert_eq!(desk.sums().await, (300_00, 2_400_00, 0, 0), "all ten are still paid for");
        for (kind, counted) in [("over_bought", 2_100_00), ("left", 300_00)] {
            let finding = desk.of_kind(kind).await;
            let expected = (&json!("accepted"), &euros(counted), &Value::Null);
            assert_eq!((&finding["state"], &finding["counted"], &finding["not_counted"]), expected, "{kind}");
        }
    }
    desk.stack.advance("PT24H").await;
    assert_eq!(desk.sums().await.1, 2_400_00, "two are paid for from today on, and nothing was billed yet");
    desk.bill().await;
    let (_, accepted, realised, _) = desk.sums().await;
    assert_eq!((accepted, realised), (300_00, 2_100_00), "one seat is still to be taken back");
}

#[tokio::test]
async fn a_saving_that_comes_true_in_parts_is_measured_with_each_bill_until_all_of_it_has() {
    let desk = Desk::start().await;
    desk.review().await;
    let surplus = desk.of_kind("over_bought").await;
    desk.say(&surplus, json!({ "decision": "accept" })).await.expect(200);
    let licence = format!("/v1/licences/{}", desk.licence);
    let sums = || async {
        let (open, accepted, realised, _) = desk.sums().await;
        (open, accepted, realised)
    };
    // Seven of ten are too many, for 300.00 each; two that are held are open.
    for (seats, accepted, realised) in [(8, 1_500_00, 600_00), (7, 1_200_00, 900_00), (3, 0, 2_100_00)] {
        desk.owner.change(&licence, json!({ "seats": { "value": seats } })).await;
        desk.bill().await;
        assert_eq!(sums().await, (600_00, accepted, realised), "{seats} seats");
        desk.bill().await;
        desk.stack.advance("PT24H").await;
        assert_eq!(sums().await, (600_00, accepted, realised), "{seats} seats, a bill and a night later");
    }
    let realised = &desk.found("&state=realised").await[0];
    assert_eq!((&realised["id"], &realised["came_true"]), (&surplus["id"], &euros(2_100_00)));
}

#[tokio::test]
async fn a_clients_own_people_read_what_products_are_called_and_need_no_catalogue() {
    let desk = Desk::start().await;
    desk.owner.change(&format!("/v1/licences/{}", desk.licence), json!({ "seats": { "value": 2 } })).await;
    desk.review().await;
    let admin = desk.owner.colleague("client_admin", json!({ "client": desk.client })).await;
    admin.get("/v1/products").await.expect(403);
    let of_client = |what: &str| format!("/v1/clients/{}/{what}", desk.client);
    for (path, list) in [
        ("/v1/findings".to_owned(), "items"),
        ("/v1/licences".to_owned(), "items"),
        ("/v1/licence-renewals".to_owned(), "items"),
        (of_client("utilisation"), "items"),
        (of_client("true-up"), "rows"),
        (of_client("it-dashboard"), "findings"),
        (of_client("it-dashboard"), "renewals"),
    ] {
        let read = admin.get(&path).await.expect(200);
        let rows = read[list].as_array().unwrap();
        assert!(!rows.is_empty(), "{path} {list}");
        for row in rows {
            assert_eq!((&row["product"], &row["product_name"]), (&json!(desk.product), &json!("Office")), "{path}");
        }
    }
    let finding = desk.of_kind("left").await;
    let accepted = admin.post(&desk.at(&finding)).key(&key()).json(&json!({ "decision": "accept" })).send().await;
    assert_eq!(accepted.expect(200)["product_name"], "Office");
    let licence = admin.get(&format!("/v1/licences/{}", desk.licence)).await.expect(200);
    assert_eq!(licence["product_name"], "Office");
    let days = format!("utilisation/{}?from=2026-02-01&to=2026-02-02", desk.product);
    assert_eq!(admin.get(&of_client(&days)).await.expect(200)["product_name"], "Office");
}

#[tokio::test]
async fn a_true_up_tells_which_seats_are_missing_and_what_they_cost_until_the_renewal() {
    let desk = Desk::start().await;
    desk.owner.change(&format!("/v1/licences/{}", desk.licence), json!({ "seats": { "value": 2 } })).await;
    desk.review().await;
    let shown = desk.owner.get(&format!("/v1/clients/{}/true-up", desk.client)).await.expect(200);
    assert_eq!(shown["on"], "2026-02-02");
    let rows = shown["rows"].as_array().unwrap();
    assert_eq!(
        (&rows[0]["why"], &rows[0]["missing"], &rows[0]["yearly"]),
        (&json!("holders"), &json!(1), &euros(300_00))
    );
    assert_eq!((&rows[0]["until"], &rows[0]["days"]), (&json!("2026-07-01"), &json!(149)));
    assert_eq!(rows[0]["amount"], euros(122_47), "149 of 365 days");
    assert_eq!((&rows[1]["why"], &rows[1]["missing"]), (&json!("users"), &json!(2)));
    let (open, _, _, exposure) = desk.sums().await;
    assert_eq!((open, exposure), (300_00, 900_00), "one of two seats to be taken back fills the one that is missing");
}

#[tokio::test]
async fn utilisation_tells_seats_holders_and_people_at_work_day_by_day() {
    let desk = Desk::start().await;
    desk.review().await;
    let path = format!("/v1/clients/{}/utilisation", desk.client);
    let latest = desk.owner.get(&path).await.expect(200)["items"][0].clone();
    assert_eq!((&latest["on"], &latest["product"]), (&json!("2026-02-01"), &json!(desk.product)));
    let whole = json!({
        "seats": 10, "assigned": 3, "active_day": 1, "active_month": 2, "day_percent": "10", "month_percent": "20",
    });
    assert_eq!(latest["whole"], whole);
    assert!(latest["trend_percent"].is_string(), "the days since the first use are made up for: {latest:#}");
    // Who is reported late is there all the same.
    desk.used(&[("udo@acme.example", "2026-02-01")]).await;
    let days = desk.owner.get(&format!("{path}/{}?from=2026-01-01&to=2026-02-02", desk.product)).await.expect(200);
    let all = days["days"].as_array().unwrap();
    assert_eq!((all.len(), &all[31]["on"], &all[31]["whole"]["active_day"]), (32, &json!("2026-02-01"), &json!(2)));
    let on = |at: usize| {
        ["seats", "assigned", "active_day", "active_month"].map(|what| all[at]["whole"][what].as_i64().unwrap())
    };
    assert_eq!(
        (on(0), on(20), on(29)),
        ([10, 3, 0, 1], [10, 3, 0, 0], [10, 3, 1, 1]),
        "Maya in December, Udo on the 30th"
    );
    let first = desk.owner.get(&format!("{path}/{}?from=2025-12-01&to=2025-12-31", desk.product)).await.expect(200);
    assert_eq!((first["days"].as_array().unwrap().len(), &first["days"][0]["on"]), (12, &json!("2025-12-20")));
    assert_eq!(first["days"][0]["whole"]["seats"], 0, "the licence had not begun");
    let far = desk.owner.get(&format!("{path}/{}?from=2025-01-01&to=2026-02-02", desk.product)).await.with(400);
    assert_eq!(far.pointers(), ["?to"]);
}

#[tokio::test]
async fn seats_that_are_kept_free_on_purpose_are_not_too_many() {
    let desk = Desk::start().await;
    let path = format!("/v1/licences/{}", desk.licence);
    desk.owner.change(&path, json!({ "spare_seats": 3 })).await;
    desk.review().await;
    let surplus = desk.of_kind("over_bought").await;
    assert_eq!(
        surplus["action"],
        json!({ "kind": "resize_at_renewal", "seats": 6 }),
        "three are held, three kept free"
    );
    assert_eq!(surplus["worth"]["yearly"], euros(4 * 25_00 * 12));
    desk.owner.change(&path, json!({ "spare_seats": 7 })).await;
    desk.stack.advance("PT24H").await;
    assert!(desk.found("&kind=over_bought").await.is_empty());
    let too_many = desk.owner.get(&path).await;
    assert_eq!(too_many.expect(200)["spare_seats"], 7);
}
