//! Budgets: what is spent of them, where they lead, who is told, and what all of it looks like at a glance.

use futures::future::join_all;
use jiff::civil::Date;
use local::embedded::dynamo::MAIN;
use runtime::JobReport;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::costs::{Row, days, file};
use tests::{Person, Stack, unique};

pub(crate) fn key() -> String {
    format!("key-{}-of-budgets", unique())
}

pub(crate) fn eur(minor: i64) -> Value {
    json!({ "minor": minor, "currency": "EUR" })
}

/// A client with the departments Sales and Lab; a rule gives costs that are tagged `sales` to Sales.
pub(crate) struct Desk {
    pub(crate) stack: Stack,
    pub(crate) owner: Person,
    pub(crate) client: String,
    pub(crate) sales: Value,
    pub(crate) lab: Value,
}

impl Desk {
    pub(crate) async fn start() -> Self {
        let stack = Stack::start().await;
        let owner = stack.msp("Nordlicht IT").await;
        let body = json!({ "name": "Acme", "departments": [{ "name": "Sales" }, { "name": "Lab" }] });
        let client = owner.create("/v1/clients", body).await;
        let unit = |at: usize| client["departments"][at]["id"].clone();
        let (sales, lab) = (unit(0), unit(1));
        let client = client["id"].as_str().unwrap().to_owned();
        let rules = json!({ "units": [{ "unit": sales, "tag": "team", "value": "sales" }] });
        owner.change(&format!("/v1/insights/settings?client={client}"), rules).await;
        Desk { stack, owner, client, sales, lab }
    }

    pub(crate) fn at(&self, what: &str) -> String {
        format!("/v1/clients/{}/{what}", self.client)
    }

    /// Sales, and the Lab where it is asked for, belong to the cost centre 4711.
    pub(crate) async fn centre(&self, with_lab: bool) {
        let of = |own: bool| if own { json!("4711") } else { Value::Null };
        let body = json!({
            "cost_centres": [{ "code": "4711", "name": "Sales EMEA" }],
            "departments": [
                { "id": self.sales, "name": "Sales", "cost_centre": "4711" },
                { "id": self.lab, "name": "Lab", "cost_centre": of(with_lab) },
            ],
        });
        self.owner.change(&format!("/v1/clients/{}", self.client), body).await;
    }

    pub(crate) async fn import(&self, source: &str, rows: &[Row]) {
        let import = self.owner.import_costs(&self.client, source, &file(rows)).await;
        assert_eq!(import["state"], json!("done"), "{import}");
    }

    pub(crate) async fn spending(&self, months: &str) -> Value {
        self.owner.get(&self.at(&format!("spending?{months}"))).await.expect(200)["currencies"][0].clone()
    }

    /// Ten seats at 30.00 a month, of which Sales holds two and the Lab one.
    pub(crate) async fn licence(&self, more: Value) -> Value {
        let product = json!({
            "vendor": "Contoso", "name": "Office", "category": "Productivity", "use_reported": true,
        });
        let product = self.owner.create("/v1/products", product).await;
        let mut body = json!({
            "client": self.client, "product": product["id"], "kind": "subscription", "seats": 10, "cycle": "monthly",
            "cost_per_seat": eur(30_00), "starts_on": "2026-01-01", "counted": false,
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let licence = self.owner.create("/v1/licences", body).await;
        for (n, unit) in [&self.sales, &self.sales, &self.lab].into_iter().enumerate() {
            let contact = json!({ "name": format!("P{n}"), "email": format!("p{n}@acme.example"), "unit": unit });
            let contact = self.owner.create(&self.at("contacts"), contact).await;
            let seat = json!({ "holder": { "kind": "contact", "contact": contact["id"] }, "since": "2026-01-01" });
            let seats = format!("/v1/licences/{}/seats", licence["id"].as_str().unwrap());
            self.owner.post(&seats).key(&key()).json(&seat).send().await.expect(200);
        }
        licence
    }

    pub(crate) async fn budget(&self, more: Value) -> String {
        let mut body = json!({ "name": "IT 2026", "from": "2026-01", "months": vec![eur(100_00); 12] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let budget = self.owner.create(&self.at("budgets"), body).await;
        self.at(&format!("budgets/{}", budget["id"].as_str().unwrap()))
    }

    async fn review(&self, dry_run: bool) -> JobReport {
        let time = Some(self.stack.now() + jiff::SignedDuration::from_hours(24));
        let report = self.stack.app.run_job("budgets-review", JobInput { time, dry_run }).await.expect("it runs");
        self.stack.app.settle().await;
        report
    }

    /// Who was told of budgets.
    fn told(&self) -> Vec<(String, String)> {
        let letters = self.stack.app.mailbox().letters();
        let of_budgets = letters.into_iter().filter(|letter| letter.subject.starts_with("Budget"));
        of_budgets.map(|letter| (letter.to, letter.text)).collect()
    }
}

pub(crate) fn row(on: Date, team: &'static str, cents: i64) -> Row {
    Row { on, service: "Virtual Machines", account: "prod", team, cents }
}

/// Every month from August 2025 to January 2026 came to a hundred, on its third day.
fn half_a_year(team: &'static str) -> Vec<Row> {
    days("2025-08-01", "2026-01-31").filter(|on| on.day() == 3).map(|on| row(on, team, 100_00)).collect()
}

#[tokio::test]
async fn cost_centres_add_up_their_departments_and_stay_while_a_budget_names_them() {
    let desk = Desk::start().await;
    let other = json!({ "scope": { "of": "cost_centre", "code": "4711" } });
    let mut body = json!({ "name": "EMEA", "from": "2026-01", "months": [eur(1_00)] });
    body.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    let unknown = desk.owner.post(&desk.at("budgets")).key(&key()).json(&body).send().await.with(400);
    assert_eq!(unknown.pointers(), ["/scope/code"]);
    desk.centre(true).await;
    desk.licence(json!({})).await;
    desk.import("azure-main", &[row("2026-01-10".parse().unwrap(), "x", 9_00)]).await;
    let spent = desk.spending("from=2026-01&to=2026-01").await;
    let centre = |code: Value, name: Value, minor: i64| json!({ "code": code, "name": name, "amount": eur(minor) });
    let all = json!([centre(Value::Null, Value::Null, 9_00), centre(json!("4711"), json!("Sales EMEA"), 300_00)]);
    assert_eq!(spent["cost_centres"], all, "Sales and the Lab together, and what nobody carries");
    let sales = spent["departments"].as_array().unwrap().iter().find(|of| of["unit"] == desk.sales).unwrap();
    assert_eq!((&sales["cost_centre"], &sales["amount"]), (&json!("4711"), &eur(200_00)));
    let path = desk.budget(other).await;
    let shown = desk.owner.get(&path).await.expect(200);
    assert_eq!(shown["stands"]["spent"], eur(2 * 300_00), "January and February of both departments");
    let dashboard = desk.owner.get(&desk.at("it-dashboard")).await.expect(200);
    assert_eq!(dashboard["this_month"]["currencies"][0]["cost_centres"][0]["code"], "4711");
    assert_eq!(dashboard["budgets"][0]["stands"]["spent"], eur(2 * 300_00));

    let at = format!("/v1/clients/{}", desk.client);
    let go = async |body: Value| {
        let etag = desk.owner.get(&at).await.etag();
        desk.owner.patch(&at).if_match(&etag).json(&body).send().await
    };
    assert_eq!(go(json!({ "cost_centres": [] })).await.with(409).problem(), "cost-centre-in-use", "of departments");
    let departments = json!([{ "id": desk.sales, "name": "Sales" }, { "id": desk.lab, "name": "Lab" }]);
    let gone = json!({ "cost_centres": [], "departments": departments });
    assert_eq!(go(gone.clone()).await.with(409).problem(), "cost-centre-in-use", "of a budget");
    desk.owner.post(&format!("{path}/close")).key(&key()).send().await.expect(200);
    let left = go(gone).await.expect(200);
    assert_eq!((&left["cost_centres"], &left["departments"][0]["cost_centre"]), (&json!([]), &Value::Null));
    desk.owner.get(&path).await.expect(200);
}

#[tokio::test]
async fn a_department_stays_as_long_as_anything_names_it() {
    let desk = Desk::start().await;
    let at = format!("/v1/clients/{}", desk.client);
    let go = async || {
        let etag = desk.owner.get(&at).await.etag();
        let body = json!({ "departments": [{ "id": desk.lab, "name": "Lab" }] });
        desk.owner.patch(&at).if_match(&etag).json(&body).send().await
    };
    let refused = async |by: &str| {
        let answer = go().await.with(409);
        assert_eq!(answer.problem(), "department-in-use");
        let detail = answer.body["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("Sales") && detail.contains(by), "{detail}");
    };
    let budget = desk.budget(json!({ "scope": { "of": "unit", "unit": desk.sales } })).await;
    refused("the budget").await;
    desk.owner.post(&format!("{budget}/close")).key(&key()).send().await.expect(200);
    let share = json!({ "by": "fixed", "shares": [{ "unit": desk.sales, "weight": 1 }] });
    desk.owner.change(&desk.at("chargeback"), json!({ "sources": { "azure-main": share } })).await;
    refused("chargeback").await;
    desk.owner.change(&desk.at("chargeback"), json!({ "sources": {} })).await;
    let split = json!([{ "unit": desk.sales, "weight": 3 }, { "unit": desk.lab, "weight": 1 }]);
    let licence = desk.licence(json!({ "split": split })).await;
    refused("P0").await;
    let people = desk.owner.get(&desk.at("contacts")).await.expect(200);
    for person in people["items"].as_array().unwrap() {
        let path = desk.at(&format!("contacts/{}", person["id"].as_str().unwrap()));
        desk.owner.change(&path, json!({ "unit": desk.lab })).await;
    }
    refused("part of the licence").await;
    let path = format!("/v1/licences/{}", licence["id"].as_str().unwrap());
    desk.owner.change(&path, json!({ "split": [] })).await;
    refused("by a rule").await;
    let path = format!("/v1/insights/settings?client={}", desk.client);
    desk.owner.change(&path, json!({ "units": [] })).await;
    let left = go().await.expect(200);
    assert_eq!(left["departments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn budgets_that_are_added_side_by_side_are_all_added() {
    let desk = Desk::start().await;
    desk.import("azure-main", &half_a_year("sales")).await;
    desk.licence(json!({})).await;
    let path = desk.at("budgets");
    let add = |n: usize| {
        let body = json!({ "name": format!("Budget {n}"), "from": "2026-01", "months": vec![eur(100_00); 12] });
        let (owner, path) = (&desk.owner, &path);
        async move { owner.post(path).key(&key()).json(&body).send().await.expect(201)["id"].clone() }
    };
    for some in 0..3 {
        join_all((0..8).map(|n| add(8 * some + n))).await;
    }
    let listed = desk.owner.get(&desk.at("budgets?limit=100")).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 24);
    let all = desk.owner.get("/v1/it-overview").await.expect(200);
    assert_eq!(all["clients"][0]["budgets"], json!(24), "each is counted");
}

#[tokio::test]
async fn a_budget_counts_in_the_overview_as_soon_as_it_is_there() {
    let desk = Desk::start().await;
    desk.import("azure-main", &half_a_year("sales")).await;
    let counts = async || {
        let all = desk.owner.get("/v1/it-overview").await.expect(200);
        ["budgets", "over", "leading_over"].map(|count| all["clients"][0][count].as_i64().unwrap())
    };
    assert_eq!(counts().await, [0, 0, 0]);
    let small = desk.budget(json!({ "months": vec![eur(1_00); 12] })).await;
    assert_eq!(counts().await, [1, 1, 0]);
    let large = desk.budget(json!({ "months": vec![eur(101_00); 12] })).await;
    assert_eq!(counts().await, [2, 1, 0]);
    desk.owner.change(&large, json!({ "months": vec![eur(99_00); 12] })).await;
    assert_eq!(counts().await, [2, 1, 1], "twelve times a hundred is expected");
    desk.budget(json!({ "from": "2024-01" })).await;
    assert_eq!(counts().await, [2, 1, 1], "nobody watches what is over for long");
    desk.owner.post(&format!("{small}/close")).key(&key()).send().await.expect(200);
    assert_eq!(counts().await, [1, 0, 1]);
    assert_eq!(desk.review(false).await.done, 1);
    assert_eq!(counts().await, [1, 0, 1], "the review finds the same");
}

#[tokio::test]
async fn a_budget_that_was_over_and_is_extended_is_looked_at_in_the_next_night() {
    let desk = Desk::start().await;
    desk.import("azure-main", &half_a_year("sales")).await;
    let over = json!({ "from": "2025-10", "months": vec![eur(100_00); 2], "alerts": { "actual": [5] } });
    let path = desk.budget(over).await;
    desk.stack.advance("PT48H").await;
    assert_eq!((desk.told().len(), desk.review(false).await.done), (0, 0), "nobody watches it, and no night is due");
    desk.owner.change(&path, json!({ "months": vec![eur(100_00); 12] })).await;
    desk.stack.advance("PT24H").await;
    assert_eq!(desk.told().len(), 1, "{:#?}", desk.told());
    let warned = json!([{ "what": "actual", "percent": 5 }]);
    assert_eq!(desk.owner.get(&path).await.expect(200)["told"], warned);
}

#[tokio::test]
async fn a_budget_shows_what_is_spent_of_it_and_where_it_leads() {
    let desk = Desk::start().await;
    desk.import("azure-main", &half_a_year("sales")).await;
    desk.licence(json!({ "seats": 1 })).await;
    let path = desk.budget(json!({})).await;
    let shown = desk.owner.get(&path).await.expect(200);
    let stands = &shown["stands"];
    assert_eq!((&stands["whole"], &stands["planned"]), (&eur(1_200_00), &eur(200_00)));
    assert_eq!(stands["spent"], eur(100_00 + 2 * 30_00), "January's files, and two months of the licence");
    let year = 12 * 100_00 + 12 * 30_00;
    assert_eq!(stands["forecast"], json!({ "expected": eur(year), "low": eur(year), "high": eur(year) }));
    let months = shown["by_month"].as_array().unwrap();
    assert_eq!((months.len(), &months[11]["month"], &months[11]["spent"]), (12, &json!("2026-12"), &eur(30_00)));
    let expected: i64 = months.iter().map(|month| month["expected"]["minor"].as_i64().unwrap()).sum();
    assert_eq!(expected, year, "the months add up to the forecast");
    // Of a department: what it carries.
    let path = desk.budget(json!({ "scope": { "of": "unit", "unit": desk.lab } })).await;
    assert_eq!(desk.owner.get(&path).await.expect(200)["stands"]["spent"], eur(2 * 10_00));
    // Of some sources alone.
    let path = desk.budget(json!({ "sources": ["licences"] })).await;
    let of_licences = desk.owner.get(&path).await.expect(200);
    assert_eq!((&of_licences["stands"]["spent"], &of_licences["sources"]), (&eur(2 * 30_00), &json!(["licences"])));
    let wrong = json!({ "name": "", "from": "2026-01", "months": [], "alerts": { "actual": [0] } });
    let wrong = desk.owner.post(&desk.at("budgets")).key(&key()).json(&wrong).send().await.with(400);
    assert_eq!(wrong.pointers(), ["/alerts/actual", "/months", "/name"]);
    let listed = desk.owner.get(&desk.at("budgets?limit=1")).await.expect(200);
    assert_eq!((listed["items"].as_array().unwrap().len(), listed["next"].is_string()), (1, true));
}

#[tokio::test]
async fn each_threshold_is_told_once_to_the_clients_it_and_again_when_the_amounts_change() {
    let desk = Desk::start().await;
    desk.import("azure-main", &half_a_year("sales")).await;
    let alerts = json!({ "alerts": { "actual": [5, 80], "forecast": [100] } });
    let path = desk.budget(alerts).await;
    assert_eq!(desk.review(true).await.would.len(), 1, "a dry run says what it would do");
    assert_eq!((desk.review(false).await.done, desk.review(false).await.done), (1, 0));
    let told = desk.told();
    assert_eq!(told.len(), 1, "the owner, as nobody of the client signs in: {told:#?}");
    let subject = |at: usize| {
        let letters = desk.stack.app.mailbox().letters().into_iter();
        letters.map(|letter| letter.subject).filter(|subject| subject.starts_with("Budget")).nth(at).unwrap()
    };
    assert_eq!(subject(0), "Budget IT 2026: 5 % spent, 100 % expected (Acme)", "which of them is spent");
    assert!(told[0].1.contains("100.00 EUR of it is spent, which is 5 % or more."), "{}", told[0].1);
    assert!(told[0].1.contains("1200.00 EUR is expected to be spent by the end of 2026-12, which is 100 % or more."));
    let shown = desk.owner.get(&path).await.expect(200);
    let warned = json!([{ "what": "actual", "percent": 5 }, { "what": "forecast", "percent": 100 }]);
    assert_eq!((&shown["told"], &shown["stands"]["reached"]), (&warned, &json!([])));
    desk.stack.advance("PT72H").await;
    assert_eq!(desk.told().len(), 1, "once");

    let admin = desk.owner.colleague("client_admin", json!({ "client": desk.client })).await;
    admin.change(&path, json!({ "months": vec![eur(50_00); 12] })).await;
    desk.stack.advance("PT24H").await;
    let told = desk.told();
    assert_eq!(told.len(), 2, "{told:#?}");
    let other = desk.owner.client("Birch Lane").await;
    let stranger = desk.owner.colleague("client_admin", json!({ "client": other })).await;
    stranger.get(&path).await.expect(404);
    stranger.get(&desk.at("spending")).await.expect(404);
    desk.owner.post(&format!("{path}/close")).key(&key()).send().await.expect(200);
    admin.get(&path).await.expect(200);
    let etag = admin.get(&path).await.etag();
    let closed = admin.patch(&path).if_match(&etag).json(&json!({ "name": "Other" })).send().await.with(409);
    assert_eq!(closed.problem(), "budget-closed");
    desk.import("azure-main", &[row("2026-02-05".parse().unwrap(), "sales", 9_000_00)]).await;
    desk.stack.advance("PT48H").await;
    assert_eq!(desk.told().len(), 2, "nobody is warned of what is closed");
}

#[tokio::test]
async fn the_it_team_and_the_msp_see_it_all_at_a_glance() {
    let desk = Desk::start().await;
    desk.import("azure-main", &half_a_year("sales")).await;
    desk.licence(json!({ "renews_on": "2026-12-01", "auto_renew": true })).await;
    desk.budget(json!({ "months": vec![eur(1_00); 12] })).await;
    desk.stack.advance("PT48H").await;
    let admin = desk.owner.colleague("client_admin", json!({ "client": desk.client })).await;
    let shown = admin.get(&desk.at("it-dashboard")).await.expect(200);
    assert_eq!(shown["this_month"]["currencies"][0]["total"], eur(300_00));
    assert_eq!(shown["last_months"]["currencies"][0]["total"], eur(6 * 100_00 + 300_00));
    assert_eq!(shown["budgets"][0]["stands"]["spent"], eur(100_00 + 2 * 300_00));
    assert_eq!((&shown["utilisation"][0]["seats"], &shown["renewals"][0]["on"]), (&json!(10), &json!("2026-12-01")));
    let in_use = &shown["utilisation"][0];
    assert_eq!((&in_use["name"], &in_use["assigned"]), (&json!("Office"), &json!(3)));
    let held = |unit: &Value, name: &str, held: u32| json!({ "unit": unit, "name": name, "assigned": held, "active_month": 0 });
    let mut by_department = vec![held(&desk.sales, "Sales", 2), held(&desk.lab, "Lab", 1)];
    by_department.sort_by_key(|department| department["unit"].as_str().unwrap().to_owned());
    assert_eq!(in_use["departments"], json!(by_department));
    assert_eq!(shown["savings"]["open"].as_i64(), Some(shown["findings"].as_array().unwrap().len() as i64));
    desk.owner.client("Birch Lane").await;
    let all = desk.owner.get("/v1/it-overview").await.expect(200);
    let clients = all["clients"].as_array().unwrap();
    assert_eq!((clients.len(), &clients[0]["name"], &clients[1]["name"]), (2, &json!("Acme"), &json!("Birch Lane")));
    assert_eq!((&clients[0]["this_month"], &clients[0]["budgets"]), (&json!([eur(300_00)]), &json!(1)));
    assert_eq!((&clients[0]["over"], &clients[0]["leading_over"]), (&json!(1), &json!(0)));
    assert_eq!(all["savings"], owner_savings(&desk).await);
    let own = admin.get("/v1/it-overview").await.expect(200);
    assert_eq!(own["clients"], json!([clients[0]]), "the client's side sees its own");
}

#[tokio::test]
async fn a_client_whose_costs_cannot_be_computed_keeps_no_other_from_the_overview_and_nobody_from_planning() {
    let desk = Desk::start().await;
    let licence = desk.licence(json!({})).await;
    desk.owner.client("Birch Lane").await;
    let pk = format!("{}#LICENCE#{}", desk.owner.tenant, licence["id"].as_str().unwrap());
    let kept = desk.stack.items(MAIN).into_iter().filter(|item| item["pk"]["S"] == json!(pk));
    let kept = kept.map(|item| item.to_string()).find(|item| item.contains("\"cost_per_seat\"")).expect("a licence");
    // It came there before such a cost was refused.
    let dear = kept.replace("\"minor\":{\"N\":\"3000\"}", "\"minor\":{\"N\":\"200000000000000\"}");
    assert_ne!(kept, dear);
    let dear: Value = serde_json::from_str(&dear).unwrap();
    desk.stack.app.dynamo().execute("PutItem", &json!({ "TableName": MAIN, "Item": dear })).expect("it is put");
    let all = desk.owner.get("/v1/it-overview").await.expect(200);
    assert_eq!((&all["clients"][0]["name"], &all["unreadable"]), (&json!("Birch Lane"), &json!([desk.client])));
    assert_eq!(all["clients"].as_array().unwrap().len(), 1);
    let body = json!({ "name": "IT 2026", "from": "2026-01", "months": vec![eur(100_00); 12] });
    desk.owner.create(&desk.at("budgets"), body).await;
}

#[tokio::test]
async fn the_dashboard_says_whose_findings_are_and_what_each_department_could_save() {
    let desk = Desk::start().await;
    let shares = json!([{ "unit": desk.sales, "weight": 3 }, { "unit": desk.lab, "weight": 1 }]);
    desk.licence(json!({ "renews_on": "2026-12-01", "auto_renew": true, "split": shares })).await;
    let people = desk.owner.get(&desk.at("contacts")).await.expect(200);
    let of_lab = people["items"].as_array().unwrap().iter().find(|person| person["name"] == json!("P2")).unwrap();
    let left = desk.at(&format!("contacts/{}", of_lab["id"].as_str().unwrap()));
    desk.owner.change(&left, json!({ "active": false })).await;
    desk.stack.advance("PT48H").await;
    let shown = desk.owner.get(&desk.at("it-dashboard")).await.expect(200);
    let findings = shown["findings"].as_array().unwrap();
    let of_kind = |kind: &str| findings.iter().find(|finding| finding["kind"] == json!(kind)).unwrap();
    let lab = json!({ "unit": desk.lab, "name": "Lab" });
    assert_eq!((&of_kind("left")["person"], &of_kind("left")["department"]), (&json!("P2"), &lab));
    assert_eq!(
        (&of_kind("over_bought")["person"], &of_kind("over_bought")["department"]),
        (&Value::Null, &Value::Null)
    );
    let listed = desk.owner.get(&format!("/v1/findings?client={}", desk.client)).await.expect(200);
    assert_eq!(&listed["items"], &shown["findings"]);
    // Departments' sums, and that of none, are all of it; after a decision too.
    let adds_up = |shown: &Value| {
        let sum = |of: &Value, what: &str| of["amounts"][0][what]["minor"].as_i64().unwrap_or_default();
        let by = shown["savings_by_department"].as_array().unwrap();
        for what in ["open", "accepted", "realised", "exposure"] {
            let of_all: i64 = by.iter().map(|own| sum(own, what)).sum();
            assert_eq!(of_all, sum(&shown["savings"], what), "{what}: {by:#?}");
        }
        let of_lab = by.iter().find(|own| own["unit"] == desk.lab).unwrap();
        assert_eq!(of_lab["name"], json!("Lab"));
        (sum(of_lab, "open"), sum(of_lab, "accepted"), by.len())
    };
    assert_eq!(adds_up(&shown), (360_00, 0, 2), "a seat of 30.00 a month, and what nobody holds");
    let path = desk.at(&format!("findings/{}/decision", of_kind("left")["id"].as_str().unwrap()));
    let accepted = desk.owner.post(&path).key(&key()).json(&json!({ "decision": "accept" })).send().await.expect(200);
    assert_eq!((&accepted["person"], &accepted["department"]), (&json!("P2"), &lab));
    let shown = desk.owner.get(&desk.at("it-dashboard")).await.expect(200);
    assert_eq!(adds_up(&shown), (0, 360_00, 2));
    let part = |unit: &Value, name: &str, weight: u32| json!({ "unit": unit, "name": name, "weight": weight });
    let parts = json!([part(&desk.sales, "Sales", 3), part(&desk.lab, "Lab", 1)]);
    assert_eq!(shown["renewals"][0]["departments"], parts);
}

async fn owner_savings(desk: &Desk) -> Value {
    desk.owner.get("/v1/savings").await.expect(200)["total"].clone()
}
