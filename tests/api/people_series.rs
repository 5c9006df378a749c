//! What people use as series of people a day, and what is unusual about somebody's use.

use jiff::ToSpan;
use jiff::civil::Date;
use runtime::jobs::JobInput;
use serde_json::{Value, json};
use tests::costs::days;
use tests::{Person, Stack, unique};

struct Desk {
    stack: Stack,
    owner: Person,
    client: String,
    product: String,
    people: Vec<String>,
}

impl Desk {
    /// A client with so many people in its department, who use one product.
    async fn of(people: usize) -> Self {
        let stack = Stack::start().await;
        let owner = stack.msp("Nordlicht IT").await;
        let client = owner.client("Acme Tools").await;
        let departments = json!({ "departments": [{ "name": "Sales" }] });
        let changed = owner.change(&format!("/v1/clients/{client}"), departments).await;
        let unit = &changed["departments"][0]["id"];
        let product = json!({ "vendor": "Contoso", "name": "Office", "category": "Productivity" });
        let product = owner.create("/v1/products", product).await["id"].as_str().unwrap().to_owned();
        let mut all = Vec::new();
        for n in 0..people {
            let contact = json!({ "name": format!("Person {n}"), "unit": unit });
            let contact = owner.create(&format!("/v1/clients/{client}/contacts"), contact).await;
            all.push(contact["id"].as_str().unwrap().to_owned());
        }
        Desk { stack, owner, client, product, people: all }
    }

    async fn used(&self, uses: &[(&str, String)]) {
        let event = |(who, at): &(&str, String)| json!({ "id": format!("{who}-{at}"), "who": who, "product": self.product, "at": at });
        for some in uses.chunks(500) {
            let events: Vec<Value> = some.iter().map(event).collect();
            let path = format!("/v1/clients/{}/usage-events", self.client);
            let key = format!("key-{}-of-use", unique());
            self.owner.post(&path).key(&key).json(&json!({ "events": events })).send().await.expect(200);
        }
    }

    async fn night(&self) {
        let report = self.stack.app.run_job("licences-review", JobInput::default()).await.unwrap();
        assert_eq!((report.failed, report.parked), (0, 0), "{report:?}");
        self.stack.detect().await;
    }

    async fn list(&self, what: &str) -> Vec<Value> {
        self.owner.get(what).await.expect(200)["items"].as_array().unwrap().clone()
    }

    async fn access(&self) -> Vec<Value> {
        self.list(&format!("/v1/access-anomalies?client={}", self.client)).await
    }

    fn letters(&self, subject: &str) -> usize {
        self.stack.app.mailbox().letters().iter().filter(|letter| letter.subject.starts_with(subject)).count()
    }
}

fn works(on: &Date) -> bool {
    on.weekday().to_monday_zero_offset() < 5
}

#[tokio::test]
async fn a_department_that_stops_using_a_product_is_told_in_people_days_however_often_nights_and_events_come() {
    let desk = Desk::of(8).await;
    let at_work: Vec<Date> = days("2025-11-03", "2026-01-27").filter(works).collect();
    let uses: Vec<(&str, String)> = at_work
        .iter()
        .flat_map(|on| desk.people.iter().map(move |who| (who.as_str(), format!("{on}T09:00:00Z"))))
        .collect();
    desk.used(&uses).await;
    desk.night().await;
    let series = desk.list(&format!("/v1/clients/{}/cost-series", desk.client)).await;
    assert_eq!(series.len(), 1, "{series:#?}");
    let shown = (&series[0]["source"], &series[0]["service"], &series[0]["currency"]);
    assert_eq!(shown, (&json!("use"), &json!("Office"), &Value::Null));
    assert!(series[0]["unit"].is_string());
    let path = format!("/v1/cost-series/{}?from=2026-01-26&to=2026-02-02", series[0]["id"].as_str().unwrap());
    let read = desk.owner.get(&path).await.expect(200);
    let eight = |on: &str| json!({ "on": on, "amount": { "people": "8" } });
    assert_eq!(read["days"], json!([eight("2026-01-26"), eight("2026-01-27")]));
    assert_eq!((&read["known_to"], &read["judged_to"]), (&json!("2026-02-01"), &json!("2026-01-31")));
    let found = desk.list(&format!("/v1/anomalies?client={}", desk.client)).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((&found[0]["onset"], &found[0]["actual"]), (&json!("2026-01-28"), &json!({ "people": "0" })));
    assert_eq!(found[0]["excess"], json!({ "people": "-24" }));
    let sentence = found[0]["sentence"].as_str().unwrap();
    let lasts = "24 people-days less so far, about 243.3 people-days a month less if it stays.";
    assert!(sentence.ends_with(lasts), "{sentence}");
    assert_eq!(desk.letters("Unusual use: -24 people-days"), 1);

    // What is reported late counts, and the same again does not.
    let late: Vec<(&str, String)> =
        desk.people.iter().map(|who| (who.as_str(), "2026-01-28T09:00:00Z".to_owned())).collect();
    desk.used(&late).await;
    desk.used(&late).await;
    desk.stack.advance("PT24H").await;
    let known = found[0]["id"].clone();
    let found = desk.list(&format!("/v1/anomalies?client={}", desk.client)).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    let shown = (&found[0]["onset"], &found[0]["id"]);
    assert_eq!(shown, (&json!("2026-01-29"), &known), "the first day of it is another, and it is the same one");
    desk.night().await;
    assert_eq!(desk.list(&format!("/v1/anomalies?client={}", desk.client)).await, found);
}

#[tokio::test]
async fn a_night_hour_is_found_once_and_usual_once_somebody_said_so() {
    let desk = Desk::of(1).await;
    let who = desk.people[0].as_str();
    let mut uses: Vec<(&str, String)> =
        days("2026-01-10", "2026-01-31").map(|on| (who, format!("{on}T09:00:00Z"))).collect();
    uses.push((who, "2026-01-31T02:10:00Z".to_owned()));
    desk.used(&uses).await;
    desk.night().await;
    let found = desk.access().await;
    assert_eq!(found.len(), 1, "{found:#?}");
    let shown = (&found[0]["kind"], &found[0]["on"], &found[0]["hour"], &found[0]["contact"]);
    assert_eq!(shown, (&json!("unusual_hour"), &json!("2026-01-31"), &json!(3), &json!(who)));
    assert_eq!(desk.letters("Unusual use of a product"), 1);
    desk.stack.advance("PT24H").await;
    assert_eq!((desk.access().await, desk.letters("Unusual use of a product")), (found.clone(), 1));

    let judge = format!("/v1/access-anomalies/{}/judge", found[0]["id"].as_str().unwrap());
    let judged = desk.owner.post(&judge).json(&json!({ "answer": "expected" })).send().await.expect(200);
    assert_eq!(judged["judged"]["by"], json!(desk.owner.id));
    let again = desk.owner.post(&judge).json(&json!({ "answer": "real" })).send().await;
    assert_eq!(again.with(409).problem(), "anomaly-judged");
    // Near that hour nothing is found any more; elsewhere it is.
    let now = desk.stack.now();
    let day = |ago: i64| now.to_zoned(jiff::tz::TimeZone::UTC).date().saturating_sub(ago.days());
    desk.used(&[(who, format!("{}T03:10:00Z", day(1))), (who, format!("{}T22:10:00Z", day(2)))]).await;
    desk.stack.advance("PT24H").await;
    let hours: Vec<Value> = desk.access().await.into_iter().map(|one| one["hour"].clone()).collect();
    assert_eq!(hours, [json!(23), json!(3)]);
}

#[tokio::test]
async fn somebody_who_left_and_still_uses_something_is_found_and_what_was_announced_mutes_until_it_is_withdrawn() {
    let desk = Desk::of(1).await;
    let who = desk.people[0].clone();
    let contact = format!("/v1/clients/{}/contacts/{who}", desk.client);
    desk.owner.change(&contact, json!({ "active": false })).await;
    let known = format!("/v1/clients/{}/known-events", desk.client);
    let event = json!({ "from": "2026-02-03", "to": "2026-02-28", "why": "Handover" });
    let event = desk.owner.create(&known, event).await;
    desk.stack.advance("PT30H").await;
    desk.used(&[(who.as_str(), "2026-02-03T09:00:00Z".to_owned())]).await;
    desk.stack.advance("PT24H").await;
    assert_eq!(desk.access().await, Vec::<Value>::new());
    let withdraw = format!("{known}/{}/withdraw", event["id"].as_str().unwrap());
    desk.owner.post(&withdraw).send().await.expect(200);
    assert_eq!(desk.list(&known).await, Vec::<Value>::new());
    desk.owner.post(&withdraw).send().await.expect(404);
    desk.stack.advance("PT24H").await;
    let found = desk.access().await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((&found[0]["kind"], &found[0]["on"]), (&json!("leaver_signed_in"), &json!("2026-02-03")));
}
