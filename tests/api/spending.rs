//! What a client spends: from files, licences and invoices, who carries it, and as a table.

use jiff::civil::{Date, date};
use serde_json::{Value, json};
use tests::costs::{Row, days, file};

use crate::budgets::{Desk, eur, key, row};

impl Desk {
    /// Days of January on which people of [`Desk::licence`] used a product.
    async fn used(&self, product: &Value, days: &[(&str, u8)]) {
        let event = |(who, day): &(&str, u8)| {
            json!({
                "id": format!("{who}-{day}"), "who": format!("{who}@acme.example"), "product": product,
                "at": format!("2026-01-{day:02}T09:00:00Z"),
            })
        };
        let events = json!({ "events": days.iter().map(event).collect::<Vec<_>>() });
        self.owner.post(&self.at("usage-events")).key(&key()).json(&events).send().await.expect(200);
    }

    /// Bills the client by hand, today.
    async fn bill(&self, mut body: Value) {
        body["client"] = json!(self.client);
        let draft = self.owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
        let path = format!("/v1/invoices/{}/issue", draft["id"].as_str().unwrap());
        self.owner.post(&path).key(&key()).send().await.expect(200);
        self.stack.app.settle().await;
    }

    /// What a department carries, in cents.
    fn carried(spending: &Value, unit: &Value) -> i64 {
        let departments = spending["departments"].as_array().unwrap();
        let own = departments.iter().find(|department| department["unit"] == *unit);
        own.map_or(0, |own| own["amount"]["minor"].as_i64().unwrap())
    }
}

#[tokio::test]
async fn what_files_tell_of_is_spent_once_and_a_corrected_file_takes_the_place_of_its_days() {
    let desk = Desk::start().await;
    let rows: Vec<Row> =
        days("2026-01-01", "2026-01-31").flat_map(|on| [row(on, "sales", 10_00), row(on, "x", 1_00)]).collect();
    desk.import("azure-main", &rows).await;
    desk.import("azure-main", &rows).await;
    desk.import("aws", &[row("2026-01-31".parse().unwrap(), "x", -5_00)]).await;
    let spent = desk.spending("from=2025-12&to=2026-02").await;
    assert_eq!(spent["total"], eur(31 * 11_00 - 5_00));
    assert_eq!(spent["months"], json!([{ "month": "2026-01", "amount": eur(31 * 11_00 - 5_00) }]));
    let sources =
        json!([{ "source": "aws", "amount": eur(-5_00) }, { "source": "azure-main", "amount": eur(31 * 11_00) }]);
    assert_eq!(spent["sources"], sources);
    assert_eq!(Desk::carried(&spent, &desk.sales), 31 * 10_00);
    assert_eq!(Desk::carried(&spent, &Value::Null), 31 * 1_00 - 5_00);
    // From the 30th on it was another amount, and what is left out came to nothing.
    let right: Vec<Row> = days("2026-01-30", "2026-01-31").map(|on| row(on, "sales", 20_00)).collect();
    desk.import("azure-main", &right).await;
    let spent = desk.spending("from=2026-01&to=2026-01").await;
    assert_eq!(spent["total"], eur(29 * 11_00 + 2 * 20_00 - 5_00));
    let taken = json!({ "client": desk.client, "source": "licences", "bytes": 10 });
    let taken = desk.owner.post("/v1/cost-imports").key(&key()).json(&taken).send().await.with(400);
    assert_eq!(taken.pointers(), ["/source"], "no file tells of what the house tells itself");
}

#[tokio::test]
async fn one_large_day_of_the_month_that_runs_is_expected_of_no_month_to_come_until_a_file_takes_it_back() {
    let desk = Desk::start().await;
    desk.stack.app.clock().advance_to("2026-02-20T12:00:00Z".parse().unwrap()).unwrap();
    let rows = |large: i64| -> Vec<Row> {
        let cents = |on: Date| if on == date(2026, 2, 5) { 100_00 + large } else { 100_00 };
        days("2025-10-01", "2026-02-19").map(|on| row(on, "sales", cents(on))).collect()
    };
    let budgets = [
        desk.budget(json!({})).await,
        desk.budget(json!({ "name": "Sales", "scope": { "of": "unit", "unit": desk.sales } })).await,
    ];
    // 365 days at a hundred, and what came once. The same file again changes nothing.
    for (large, whole) in [(5_000_00, 41_500_00), (5_000_00, 41_500_00), (0, 36_500_00)] {
        desk.import("azure-main", &rows(large)).await;
        for budget in &budgets {
            let stands = desk.owner.get(budget).await.expect(200)["stands"].clone();
            let expected = stands["forecast"]["expected"]["minor"].as_i64().unwrap();
            assert!((expected - whole).abs() * 50 <= whole, "{expected} of {whole}");
        }
    }
}

#[tokio::test]
async fn what_begins_on_a_day_to_come_is_spent_in_its_month_and_no_day_before_it_is_told_of() {
    let desk = Desk::start().await;
    let mut rows: Vec<Row> = days("2026-01-20", "2026-02-01").map(|on| row(on, "sales", 10_00)).collect();
    rows.push(row(date(2026, 3, 10), "sales", 50_00));
    for _ in 0..2 {
        let import = desk.owner.import_costs(&desk.client, "azure-main", &file(&rows)).await;
        assert_eq!((&import["from"], &import["to"]), (&json!("2026-01-20"), &json!("2026-02-01")), "{import:#}");
        let spent = desk.spending("from=2026-01&to=2026-03").await;
        assert_eq!(spent["total"], eur(13 * 10_00 + 50_00));
    }
}

#[tokio::test]
async fn licences_cost_by_their_terms_and_are_carried_as_the_client_says() {
    let desk = Desk::start().await;
    let licence = desk.licence(json!({})).await;
    let three = "from=2026-01&to=2026-03";
    let spent = desk.spending(three).await;
    assert_eq!(spent["total"], eur(3 * 300_00), "of months to come too");
    assert_eq!((Desk::carried(&spent, &desk.sales), Desk::carried(&spent, &desk.lab)), (3 * 200_00, 3 * 100_00));
    assert_eq!(spent["products"][0]["name"], "Office");

    let rules = desk.at("chargeback");
    desk.owner.change(&rules, json!({ "licences": { "by": "usage" } })).await;
    desk.used(&licence["product"], &[("p2", 5), ("p2", 6), ("p2", 7), ("p0", 8)]).await;
    let spent = desk.spending(three).await;
    assert_eq!((Desk::carried(&spent, &desk.sales), Desk::carried(&spent, &desk.lab)), (3 * 75_00, 3 * 225_00));

    let fixed = |weight: u32| json!({ "by": "fixed", "shares": [{ "unit": desk.sales, "weight": 2 }, { "unit": desk.lab, "weight": weight }] });
    desk.owner.change(&rules, json!({ "licences": fixed(1) })).await;
    let spent = desk.spending("from=2026-02&to=2026-02").await;
    assert_eq!((Desk::carried(&spent, &desk.sales), Desk::carried(&spent, &desk.lab)), (200_00, 100_00));
    let etag = desk.owner.get(&rules).await.etag();
    let wrong = json!({ "licences": { "by": "fixed", "shares": [] }, "sources": { "Azure": { "by": "seats" } } });
    let wrong = desk.owner.patch(&rules).if_match(&etag).json(&wrong).send().await.with(400);
    assert_eq!(wrong.pointers(), ["/licences/shares", "/sources"]);

    let path = format!("/v1/licences/{}", licence["id"].as_str().unwrap());
    desk.owner.change(&path, json!({ "split": [{ "unit": desk.lab, "weight": 1 }] })).await;
    let spent = desk.spending("from=2026-02&to=2026-02").await;
    assert_eq!(Desk::carried(&spent, &desk.lab), 300_00, "the licence's own split is before the client's rule");
    desk.owner.change(&path, json!({ "counted": true })).await;
    // What contracts bill from today on comes with the invoices: January, and a day of February's 28, stay as they were.
    assert_eq!(desk.spending(three).await["total"], eur(300_00 + 10_71));
    assert_eq!(desk.spending("from=2026-03&to=2026-03").await, Value::Null);
}

#[tokio::test]
async fn what_no_department_is_known_of_is_carried_as_the_client_says_and_adds_up() {
    let desk = Desk::start().await;
    desk.licence(json!({ "counted": true })).await;
    desk.import("azure-main", &[row("2026-01-10".parse().unwrap(), "x", 100_00)]).await;
    let carriers = json!({ "sources": { "azure-main": { "by": "seats" } } });
    desk.owner.change(&desk.at("chargeback"), carriers).await;
    let spent = desk.spending("from=2026-01&to=2026-01").await;
    assert_eq!((Desk::carried(&spent, &desk.sales), Desk::carried(&spent, &desk.lab)), (66_67, 33_33));
    let shares = json!([{ "unit": desk.lab, "weight": 1 }]);
    let carriers = json!({ "sources": { "azure-main": { "by": "fixed", "shares": shares } } });
    desk.owner.change(&desk.at("chargeback"), carriers).await;
    assert_eq!(Desk::carried(&desk.spending("from=2026-01&to=2026-01").await, &desk.lab), 100_00);
}

#[tokio::test]
async fn cost_centres_carry_agreed_parts_to_the_cent_and_stay_as_long_as_they_have_one() {
    let desk = Desk::start().await;
    desk.licence(json!({ "counted": true })).await;
    desk.import("azure-main", &[row("2026-01-10".parse().unwrap(), "x", 100_00)]).await;
    let client = format!("/v1/clients/{}", desk.client);
    let centres = json!([{ "code": "4711", "name": "Field" }, { "code": "K/9", "name": "Kennel" }]);
    desk.owner.change(&client, json!({ "cost_centres": centres })).await;
    let rules = desk.at("chargeback");
    let parts = |second: &str| {
        let shares = json!([{ "code": "4711", "weight": 1 }, { "code": second, "weight": 2 }]);
        json!({ "sources": { "azure-main": { "by": "cost_centres", "shares": shares } } })
    };
    let etag = desk.owner.get(&rules).await.etag();
    let refused = desk.owner.patch(&rules).if_match(&etag).json(&parts("4712")).send().await.with(400);
    assert_eq!(refused.pointers(), ["/sources/azure-main/shares/1/code"]);
    desk.owner.change(&rules, parts("k/9")).await;
    let spent = desk.spending("from=2026-01&to=2026-01").await;
    let on: Vec<(&Value, &Value, i64)> = spent["cost_centres"]
        .as_array()
        .unwrap()
        .iter()
        .map(|centre| (&centre["code"], &centre["name"], centre["amount"]["minor"].as_i64().unwrap()))
        .collect();
    let (field, kennel) = (json!("Field"), json!("Kennel"));
    assert_eq!(on, [(&json!("4711"), &field, 33_33), (&json!("K/9"), &kennel, 66_67)]);
    assert_eq!(Desk::carried(&spent, &Value::Null), 100_00, "in no department");
    let etag = desk.owner.get(&client).await.etag();
    let gone = json!({ "cost_centres": [{ "code": "4711", "name": "Field" }] });
    let refused = desk.owner.patch(&client).if_match(&etag).json(&gone).send().await.with(409);
    assert_eq!(refused.problem(), "cost-centre-in-use");
    desk.owner.change(&rules, json!({ "sources": {} })).await;
    desk.owner.change(&client, gone).await;
}

#[tokio::test]
async fn what_a_source_costs_is_carried_by_those_who_use_the_products() {
    let desk = Desk::start().await;
    let licence = desk.licence(json!({ "counted": true })).await;
    desk.used(&licence["product"], &[("p2", 5), ("p2", 6), ("p2", 7), ("p0", 8)]).await;
    let rows = [row("2026-01-10".parse().unwrap(), "x", 100_01), row("2025-12-10".parse().unwrap(), "x", 9_00)];
    desk.import("azure-main", &rows).await;
    let rules = desk.at("chargeback");
    desk.owner.change(&rules, json!({ "sources": { "azure-main": { "by": "usage" } } })).await;
    let carried = async |months: &str| {
        let spent = desk.spending(months).await;
        [&desk.sales, &desk.lab, &Value::Null].map(|unit| Desk::carried(&spent, unit))
    };
    assert_eq!(carried("from=2026-01&to=2026-01").await, [25_00, 75_01, 0], "one day of four, to the cent");
    assert_eq!(carried("from=2025-12&to=2026-01").await, [25_00, 75_01, 9_00], "nobody used anything in December");
    // What was licensed until December only, and is used still, has no say in January.
    let wiki = json!({ "vendor": "Contoso", "name": "Wiki", "category": "Notes", "use_reported": true });
    let wiki = desk.owner.create("/v1/products", wiki).await["id"].clone();
    let over = json!({
        "client": desk.client, "product": wiki, "kind": "subscription", "seats": 1, "cycle": "monthly",
        "starts_on": "2025-06-01", "expires_on": "2025-12-31", "counted": false,
    });
    desk.owner.create("/v1/licences", over).await;
    desk.used(&wiki, &[("p0", 9), ("p0", 10)]).await;
    assert_eq!(carried("from=2026-01&to=2026-01").await, [25_00, 75_01, 0], "January alone");
    assert_eq!(carried("from=2025-12&to=2026-01").await, [25_00, 75_01, 9_00], "and with the month before it");
    let idle = json!({ "vendor": "Contoso", "name": "Chat", "category": "Chat" });
    let idle = desk.owner.create("/v1/products", idle).await;
    let by = |product: &Value| json!({ "sources": { "azure-main": { "by": "usage", "products": [product] } } });
    desk.owner.change(&rules, by(&idle["id"])).await;
    assert_eq!(carried("from=2026-01&to=2026-01").await, [0, 0, 100_01], "nobody uses what is named");
    desk.owner.change(&rules, by(&licence["product"])).await;
    assert_eq!(carried("from=2026-01&to=2026-01").await, [25_00, 75_01, 0]);
    let etag = desk.owner.get(&rules).await.etag();
    let nothing = by(&json!("prd_01970000000070008000000000000009"));
    let wrong = desk.owner.patch(&rules).if_match(&etag).json(&nothing).send().await.with(400);
    assert_eq!(wrong.pointers(), ["/sources/azure-main/products/0"]);
}

#[tokio::test]
async fn what_the_msp_bills_is_spent_in_the_months_that_it_is_for_and_carried_as_the_client_says() {
    let desk = Desk::start().await;
    let shares =
        json!({ "by": "fixed", "shares": [{ "unit": desk.sales, "weight": 3 }, { "unit": desk.lab, "weight": 1 }] });
    desk.owner.change(&desk.at("chargeback"), json!({ "sources": { "invoices": shares } })).await;
    let lines = json!([{ "text": "Care", "quantity": "1", "unit_price": "100.01" }]);
    let body = json!({ "client": desk.client, "lines": lines });
    let draft = desk.owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    assert_eq!(desk.spending("from=2026-02&to=2026-02").await, Value::Null, "a draft is nothing spent");
    let path = format!("/v1/invoices/{}", draft["id"].as_str().unwrap());
    desk.owner.post(&format!("{path}/issue")).key(&key()).send().await.expect(200);
    desk.stack.app.settle().await;
    let spent = desk.spending("from=2026-02&to=2026-02").await;
    assert_eq!(spent["sources"], json!([{ "source": "invoices", "amount": eur(100_01) }]));
    assert_eq!((Desk::carried(&spent, &desk.sales), Desk::carried(&spent, &desk.lab)), (75_01, 25_00), "to the cent");
    let budget = desk.budget(json!({ "alerts": { "actual": [5] } })).await;
    assert_eq!(desk.owner.get(&budget).await.expect(200)["stands"]["spent"], eur(100_01));
    desk.owner.post(&format!("{path}/void")).key(&key()).send().await.expect(200);
    desk.stack.app.settle().await;
    assert_eq!(desk.owner.get(&budget).await.expect(200)["stands"]["spent"], eur(0), "what is void was never owed");
}

#[tokio::test]
async fn what_is_billed_in_another_currency_is_in_the_spending_the_export_the_dashboard_and_the_overview() {
    let desk = Desk::start().await;
    let dollars = json!({ "minor": 1_200_00, "currency": "USD" });
    let lines = json!([{ "text": "Care", "quantity": "1", "unit_price": "1200" }]);
    desk.bill(json!({ "currency": "USD", "lines": lines })).await;
    let shown = [json!(null), json!({ "months": [{ "minor": 5_000_00, "currency": "USD" }] })];
    for budget in shown {
        if budget.is_object() {
            desk.budget(budget).await;
        }
        let spent = desk.spending("from=2026-02&to=2026-02").await;
        assert_eq!((&spent["currency"], &spent["total"]), (&json!("USD"), &dollars));
        let board = desk.owner.get(&desk.at("it-dashboard")).await.expect(200);
        assert_eq!(board["this_month"]["currencies"][0]["total"], dollars);
        let all = desk.owner.get("/v1/it-overview").await.expect(200);
        assert_eq!(all["clients"][0]["this_month"], json!([dollars]));
        let file = desk.owner.get(&desk.at("spending/export?from=2026-02&to=2026-02&format=csv")).await.expect(200);
        let kept = file["url"].as_str().unwrap().split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
        let store = desk.stack.app.world().store.for_tenant(desk.owner.claims().tenant);
        let text = String::from_utf8(store.kept_file(&kept).await.unwrap()).unwrap();
        assert!(text.contains("2026-02,invoices,,,,,1200.00,USD"), "{text}");
    }
}

#[tokio::test]
async fn what_is_bought_once_is_expected_never_again_and_what_is_billed_later_is_awaited() {
    let desk = Desk::start().await;
    let care = |from: &str, to: &str| {
        let days = json!({ "from": from, "to": to });
        json!({ "lines": [{ "text": "Care", "quantity": "1", "unit_price": "100", "service": days }] })
    };
    desk.bill(care("2025-11-01", "2025-12-01")).await;
    desk.bill(care("2025-12-01", "2026-01-01")).await;
    desk.bill(json!({ "lines": [{ "text": "Server", "quantity": "1", "unit_price": "500" }] })).await;
    let budget = desk.budget(json!({})).await;
    let read = desk.owner.get(&budget).await.expect(200);
    assert_eq!(read["stands"]["spent"], eur(500_00));
    // January's bill is still to come, and the server is not bought again.
    assert_eq!(read["stands"]["forecast"]["expected"], eur(500_00 + 12 * 100_00), "{read:#}");
    assert_eq!((&read["by_month"][0]["spent"], &read["by_month"][0]["expected"]), (&eur(0), &eur(100_00)));
    assert_eq!(read["by_month"][11]["expected"], eur(100_00));
}

#[tokio::test]
async fn spending_is_exported_as_a_table_and_as_a_workbook() {
    let desk = Desk::start().await;
    desk.import("azure-main", &[row("2026-01-10".parse().unwrap(), "sales", 12_50)]).await;
    desk.licence(json!({ "seats": 1 })).await;
    desk.centre(false).await;
    let export = |format: &str| desk.at(&format!("spending/export?from=2026-01&to=2026-01&format={format}"));
    let file = desk.owner.get(&export("csv")).await.expect(200);
    assert_eq!(file["name"], "spending-2026-01-2026-01.csv");
    let kept = |file: &Value| {
        let url = file["url"].as_str().unwrap().split('?').next().unwrap().to_owned();
        url.rsplit('/').next().unwrap().to_owned()
    };
    let store = desk.stack.app.world().store.for_tenant(desk.owner.claims().tenant);
    let text = String::from_utf8(store.kept_file(&kept(&file)).await.unwrap()).unwrap();
    let mut lines: Vec<&str> = text.trim_end().split("\r\n").collect();
    assert_eq!(lines.remove(0), "month,source,product,department,cost_centre,cost_centre_name,amount,currency");
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "2026-01,azure-main,,Sales,4711,Sales EMEA,12.50,EUR",
            "2026-01,licences,Office,Lab,,,10.00,EUR",
            "2026-01,licences,Office,Sales,4711,Sales EMEA,20.00,EUR",
        ]
    );
    let file = desk.owner.get(&export("xlsx")).await.expect(200);
    assert_eq!(&store.kept_file(&kept(&file)).await.unwrap()[..4], b"PK\x03\x04");
}
