//! Files of costs come in, what is unusual is found once, and people say what they think of it.

use serde_json::{Value, json};
use tests::costs::{HEAD, Row, days, file, spiked, usual};
use tests::{Person, Stack};

async fn msp() -> (Stack, Person, String) {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let client = owner.client("Acme Tools").await;
    (stack, owner, client)
}

async fn anomalies(owner: &Person, client: &str) -> Vec<Value> {
    let found = owner.get(&format!("/v1/anomalies?client={client}")).await.expect(200);
    found["items"].as_array().unwrap().clone()
}

async fn series(owner: &Person, client: &str) -> Vec<Value> {
    let found = owner.get(&format!("/v1/clients/{client}/cost-series")).await.expect(200);
    found["items"].as_array().unwrap().clone()
}

/// What a series came to on a day, in cents.
async fn cents(owner: &Person, series: &Value, on: &str) -> Value {
    let path = format!("/v1/cost-series/{}?from={on}&to={on}", series["id"].as_str().unwrap());
    owner.get(&path).await.expect(200)["days"][0]["amount"]["minor"].clone()
}

fn told(stack: &Stack) -> usize {
    stack.app.mailbox().letters().iter().filter(|letter| letter.subject.starts_with("Unusual costs")).count()
}

fn row(on: jiff::civil::Date, cents: i64) -> Row {
    Row { on, service: "Virtual Machines", account: "prod", team: "sales", cents }
}

fn at(stack: &Stack, instant: &str) {
    stack.app.clock().advance_to(instant.parse().unwrap()).unwrap();
}

#[tokio::test]
async fn a_spike_is_found_with_its_excess_and_its_driver_and_told_once() {
    let (stack, owner, client) = msp().await;
    let import = owner.import_costs(&client, "azure-main", &file(&spiked("2026-01-29"))).await;
    assert_eq!((&import["state"], &import["rows"], &import["series"]), (&json!("done"), &json!(87), &json!(1)));
    assert_eq!((&import["from"], &import["to"]), (&json!("2025-12-20"), &json!("2026-01-31")));
    assert_eq!(stack.detect().await.done, 2, "the series, and the source itself");
    let found = anomalies(&owner, &client).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    let spike = &found[0];
    assert_eq!((&spike["kind"], &spike["onset"], &spike["days"]), (&json!("spike"), &json!("2026-01-29"), &json!(1)));
    let day = "2026-01-29".parse().unwrap();
    let actual = usual(day) * 4 + usual(day) / 5;
    assert_eq!(spike["actual"], json!({ "minor": actual, "currency": "EUR" }));
    let excess = spike["excess"]["minor"].as_i64().unwrap();
    assert!((28_000..=32_000).contains(&excess), "three times a hundred more than usual: {excess}");
    assert_eq!(excess, actual - spike["expected"]["minor"].as_i64().unwrap());
    assert_eq!((&spike["driver"]["account"], &spike["driver"]["share_percent"]), (&json!("prod"), &json!(100)));
    let sentence = spike["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("Virtual Machines (azure-main): "), "{sentence}");
    assert!(sentence.contains(" EUR on 29 January 2026 ("), "{sentence}");
    assert_eq!(told(&stack), 1);
    let letters = stack.app.mailbox().letters();
    let letter = letters.iter().find(|letter| letter.subject.starts_with("Unusual costs")).unwrap();
    assert!(letter.subject.ends_with(" EUR (Acme Tools)"), "{}", letter.subject);
    assert!(letter.text.contains("something at Acme Tools is unusual."), "{}", letter.text);
    let one = owner.get(&format!("/v1/anomalies/{}", spike["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(&one, spike);

    assert_eq!(stack.detect().await.done, 0, "each day is judged once");
    stack.advance("PT72H").await;
    assert_eq!((anomalies(&owner, &client).await.len(), told(&stack)), (1, 1));
}

#[tokio::test]
async fn a_months_fee_is_spread_over_its_month_and_a_file_of_one_of_its_days_takes_nothing_from_it() {
    let (_stack, owner, client) = msp().await;
    let head = "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ServiceName\n";
    let fee = "310.00,EUR,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,Support\n";
    let day = |on: u8| format!("5.00,EUR,2026-01-{on:02}T00:00:00Z,2026-01-{:02}T00:00:00Z,Disks\n", on + 1);
    let import = owner.import_costs(&client, "aws", &format!("{head}{fee}{}", day(1))).await;
    assert_eq!((&import["from"], &import["to"]), (&json!("2026-01-01"), &json!("2026-01-01")));
    owner.import_costs(&client, "aws", &format!("{head}{}", day(2))).await;
    let all = series(&owner, &client).await;
    let support = all.iter().find(|series| series["service"] == "Support").unwrap();
    for on in ["2026-01-01", "2026-01-02", "2026-01-31"] {
        assert_eq!(cents(&owner, support, on).await, json!(10_00), "{on}");
    }
    let spending = format!("/v1/clients/{client}/spending?from=2026-01&to=2026-02");
    let spent = owner.get(&spending).await.expect(200)["currencies"][0]["total"].clone();
    assert_eq!(spent, json!({ "minor": 310_00 + 2 * 5_00, "currency": "EUR" }));
    // Whoever tells of its first day again without it takes all of it back.
    owner.import_costs(&client, "aws", &format!("{head}{}", day(1))).await;
    let spent = owner.get(&spending).await.expect(200)["currencies"][0]["total"].clone();
    assert_eq!(spent, json!({ "minor": 2 * 5_00, "currency": "EUR" }));
}

#[tokio::test]
async fn what_goes_on_is_one_anomaly_that_grows_and_one_letter() {
    let (stack, owner, client) = msp().await;
    let level = |on: jiff::civil::Date| usual(on) * if on >= "2026-01-30".parse().unwrap() { 3 } else { 1 };
    let rows = |from: &str, to: &str| days(from, to).map(|on| row(on, level(on))).collect::<Vec<_>>();
    owner.import_costs(&client, "azure-main", &file(&rows("2025-12-20", "2026-01-31"))).await;
    stack.detect().await;
    let before = anomalies(&owner, &client).await;
    assert_eq!((before.len(), &before[0]["kind"], &before[0]["days"]), (1, &json!("spike"), &json!(2)));
    at(&stack, "2026-02-06T12:00:00Z");
    owner.import_costs(&client, "azure-main", &file(&rows("2026-02-01", "2026-02-05"))).await;
    stack.detect().await;
    let after = anomalies(&owner, &client).await;
    assert_eq!((after.len(), &after[0]["id"]), (1, &before[0]["id"]), "the 5th is not complete on the 6th");
    assert_eq!((&after[0]["kind"], &after[0]["state"]), (&json!("level_shift"), &json!("open")));
    // Twice as much more on each of the six days, of which 365 twelfths make a month.
    assert_eq!(before[0]["monthly"], Value::Null, "two days are no level");
    let more: i64 = days("2026-01-30", "2026-02-04").map(|on| 2 * usual(on)).sum();
    let (monthly, about) = (after[0]["monthly"]["minor"].as_i64().unwrap(), more * 365 / 12 / 6);
    assert!((monthly - about).abs() < about / 20, "{monthly}, and not some {about}");
    assert!(after[0]["sentence"].as_str().unwrap().contains(" a month more if it stays."), "{}", after[0]["sentence"]);
    assert!(after[0]["excess"]["minor"].as_i64() > before[0]["excess"]["minor"].as_i64());
    assert_eq!(told(&stack), 1);
}

#[tokio::test]
async fn a_corrected_file_takes_the_place_of_its_days_and_withdraws_what_it_explains() {
    let (stack, owner, client) = msp().await;
    let late = owner.upload_costs(&client, "azure-main", &file(&spiked("2026-01-30"))).await;
    owner.import_costs(&client, "azure-main", &file(&spiked("2026-01-29"))).await;
    stack.detect().await;
    assert_eq!(anomalies(&owner, &client).await.len(), 1);
    let right: Vec<Row> = days("2026-01-25", "2026-01-31").map(|on| row(on, usual(on) + usual(on) / 5)).collect();
    owner.import_costs(&client, "azure-main", &file(&right)).await;
    let all = series(&owner, &client).await;
    let day = "2026-01-29".parse().unwrap();
    assert_eq!(cents(&owner, &all[0], "2026-01-29").await, json!(usual(day) + usual(day) / 5), "and not added to it");
    let day = "2026-01-24".parse().unwrap();
    assert_eq!(cents(&owner, &all[0], "2026-01-24").await, json!(usual(day) + usual(day) / 5), "not told of");
    stack.detect().await;
    assert_eq!(anomalies(&owner, &client).await, Vec::<Value>::new());

    // What was announced before it changes nothing when it is read at last, and the same again changes nothing.
    owner.post(&format!("{late}/read")).send().await.expect(200);
    stack.read_costs().await;
    owner.import_costs(&client, "azure-main", &file(&right)).await;
    let day = "2026-01-30".parse().unwrap();
    assert_eq!(cents(&owner, &all[0], "2026-01-30").await, json!(usual(day) + usual(day) / 5));
    stack.detect().await;
    assert_eq!((anomalies(&owner, &client).await.len(), told(&stack)), (0, 1));
}

#[tokio::test]
async fn a_correction_that_moves_an_anomalys_first_day_leaves_it_the_one_that_was_told_and_answered() {
    let (stack, owner, _) = msp().await;
    let from = |first: &str| {
        let first: jiff::civil::Date = first.parse().unwrap();
        move |on: jiff::civil::Date| row(on, usual(on) * if on >= first { 3 } else { 1 })
    };
    for (letters, answer) in (1..).zip([None, Some("expected"), Some("real")]) {
        let client = owner.client(&format!("Client {letters}")).await;
        let all: Vec<Row> = days("2025-12-20", "2026-01-31").map(from("2026-01-27")).collect();
        owner.import_costs(&client, "azure-main", &file(&all)).await;
        stack.detect().await;
        let first = anomalies(&owner, &client).await;
        assert_eq!((first.len(), &first[0]["onset"], told(&stack)), (1, &json!("2026-01-27"), letters), "{first:#?}");
        let path = format!("/v1/anomalies/{}", first[0]["id"].as_str().unwrap());
        if let Some(answer) = answer {
            owner.post(&format!("{path}/judge")).json(&json!({ "answer": answer })).send().await.expect(200);
        }
        // A day earlier, and back, and a day later.
        for onset in ["2026-01-26", "2026-01-27", "2026-01-28"] {
            let right: Vec<Row> = days("2026-01-24", "2026-01-31").map(from(onset)).collect();
            owner.import_costs(&client, "azure-main", &file(&right)).await;
            stack.detect().await;
            let found = anomalies(&owner, &client).await;
            assert_eq!((found.len(), &found[0]["id"]), (1, &first[0]["id"]), "{answer:?}, {onset}: {found:#?}");
            assert_eq!((&found[0]["onset"], &found[0]["state"]), (&json!(onset), &json!("open")), "{answer:?}");
            assert_eq!(found[0]["judged"]["answer"], json!(answer), "{onset}");
            assert_eq!(owner.get(&path).await.expect(200), found[0]);
            assert_eq!(told(&stack), letters, "{answer:?}, {onset}");
        }
    }
}

#[tokio::test]
async fn an_answer_changes_the_series_from_now_on_and_is_kept() {
    let (stack, owner, client) = msp().await;
    owner.import_costs(&client, "azure-main", &file(&spiked("2026-01-29"))).await;
    stack.detect().await;
    let id = anomalies(&owner, &client).await[0]["id"].as_str().unwrap().to_owned();
    let judge = format!("/v1/anomalies/{id}/judge");
    let answer = json!({ "answer": "expected", "note": "Load test" });
    let judged = owner.post(&judge).json(&answer).send().await.expect(200);
    assert_eq!((&judged["judged"]["answer"], &judged["judged"]["by"]), (&json!("expected"), &json!(owner.id)));
    assert_eq!(series(&owner, &client).await[0]["feedback"], json!(0.9));
    assert_eq!(owner.post(&judge).json(&answer).send().await.with(409).problem(), "anomaly-judged");
    assert_eq!(series(&owner, &client).await[0]["feedback"], json!(0.9), "once");
    let right: Vec<Row> = days("2026-01-25", "2026-01-31").map(|on| row(on, usual(on) + usual(on) / 5)).collect();
    owner.import_costs(&client, "azure-main", &file(&right)).await;
    stack.detect().await;
    let kept = anomalies(&owner, &client).await;
    assert_eq!((kept.len(), &kept[0]["judged"]["note"]), (1, &json!("Load test")), "what was answered stays");
    assert_eq!(kept[0]["state"], json!("over"), "and goes on no more");
}

#[tokio::test]
async fn what_was_expected_is_remembered_as_it_was_at_its_end_so_that_it_may_come_again_without_a_letter() {
    let (stack, owner, client) = msp().await;
    // On a Thursday four times as much as usual, on the Friday after it three times: in January, and four weeks later again.
    let times = |on: jiff::civil::Date| match on.to_string().as_str() {
        "2026-01-29" | "2026-02-26" => 4,
        "2026-01-30" | "2026-02-27" => 3,
        _ => 1,
    };
    let tell = async |now: &str, from: &str, to: &str| {
        at(&stack, now);
        let rows: Vec<Row> = days(from, to).map(|on| row(on, usual(on) * times(on))).collect();
        owner.import_costs(&client, "azure-main", &file(&rows)).await;
        stack.detect().await;
        anomalies(&owner, &client).await
    };
    let cents = |anomaly: &Value| anomaly["excess"]["minor"].as_i64().unwrap();
    let first = tell("2026-02-01T12:00:00Z", "2025-12-20", "2026-01-29").await;
    assert_eq!((first.len(), told(&stack)), (1, 1));
    let judge = format!("/v1/anomalies/{}/judge", first[0]["id"].as_str().unwrap());
    owner.post(&judge).json(&json!({ "answer": "expected" })).send().await.expect(200);
    let ended = tell("2026-02-09T12:00:00Z", "2026-01-30", "2026-02-07").await;
    assert_eq!((ended.len(), &ended[0]["state"]), (1, &json!("over")));
    assert!(4 * cents(&ended[0]) > 5 * cents(&first[0]), "beyond what the answer alone would let come again");
    let again = tell("2026-02-28T12:00:00Z", "2026-02-08", "2026-02-26").await;
    assert_eq!((again.len(), told(&stack)), (2, 1), "it may still come to as much");
    let over = tell("2026-03-09T12:00:00Z", "2026-02-27", "2026-03-07").await;
    let late = over.iter().find(|anomaly| anomaly["onset"] == "2026-02-26").unwrap();
    assert_eq!((over.len(), &late["state"], &late["like_expected"]), (2, &json!("over"), &json!(true)));
    assert!(4 * cents(late) > 5 * cents(&first[0]));
    assert_eq!(told(&stack), 1);
}

#[tokio::test]
async fn a_known_event_mutes_its_days_alone() {
    let (stack, owner, client) = msp().await;
    let known = format!("/v1/clients/{client}/known-events");
    let event = json!({ "from": "2026-01-28", "to": "2026-01-29", "why": "Migration" });
    owner.create(&known, event).await;
    let wrong = json!({ "from": "2026-01-29", "to": "2026-01-28", "why": " " });
    assert_eq!(owner.post(&known).json(&wrong).send().await.with(400).pointers(), ["/to", "/why"]);
    assert_eq!(owner.get(&known).await.expect(200)["items"].as_array().unwrap().len(), 1);
    owner.import_costs(&client, "azure-main", &file(&spiked("2026-01-29"))).await;
    owner.import_costs(&client, "aws", &file(&spiked("2026-01-30"))).await;
    stack.detect().await;
    let found = anomalies(&owner, &client).await;
    let onsets: Vec<&Value> = found.iter().map(|anomaly| &anomaly["onset"]).collect();
    assert_eq!(onsets, ["2026-01-30"]);
}

#[tokio::test]
async fn sensitivity_and_method_are_the_series_then_the_clients_then_the_msps() {
    let (stack, owner, client) = msp().await;
    let of_msp = json!({ "sensitivity": 2.0, "tell_from": "1000" });
    let etag = owner.get("/v1/insights/settings").await.with(200).etag();
    let changed = owner.patch("/v1/insights/settings").if_match(&etag).json(&of_msp).send().await.expect(200);
    assert_eq!((&changed["sensitivity"], &changed["tell_from"]), (&json!(2.0), &json!("1000")));
    let of_client = format!("/v1/insights/settings?client={client}");
    owner.change(&of_client, json!({ "method": { "z_score": { "threshold": 20.0 } } })).await;
    let etag = owner.get(&of_client).await.with(200).etag();
    for wrong in [json!({ "sensitivity": 3.0 }), json!({ "method": { "z_score": { "threshold": 0.5 } } })] {
        owner.patch(&of_client).if_match(&etag).json(&wrong).send().await.with(400);
    }
    owner.import_costs(&client, "azure-main", &file(&spiked("2026-01-29"))).await;
    let path = format!("/v1/cost-series/{}", series(&owner, &client).await[0]["id"].as_str().unwrap());
    owner.change(&path, json!({ "sensitivity": 0.5 })).await;
    stack.detect().await;
    assert_eq!(anomalies(&owner, &client).await.len(), 0, "forty standard deviations are a lot");
    let shown = owner.get(&path).await.expect(200);
    assert_eq!((&shown["judged_to"], &shown["enough_history"]), (&json!("2026-01-31"), &json!(true)));

    let mild: jiff::civil::Date = "2026-01-20".parse().unwrap();
    let mut rows = spiked("2026-01-29");
    rows.iter_mut().filter(|row| row.on == mild).for_each(|row| row.cents = row.cents * 109 / 100);
    let (other, calm) = (owner.client("Birch Lane").await, owner.client("Calm & Sons").await);
    owner.change(&format!("/v1/insights/settings?client={calm}"), json!({ "sensitivity": 1.0 })).await;
    for client in [&other, &calm] {
        owner.import_costs(client, "azure-main", &file(&rows)).await;
    }
    stack.detect().await;
    assert_eq!(anomalies(&owner, &other).await.len(), 2, "at twice the sensitivity a day beside the spike is unusual");
    assert_eq!(anomalies(&owner, &calm).await.len(), 1, "at the client's own it is not");
    assert_eq!(told(&stack), 0, "it comes to less than is told");
}

/// Letters that told of a source from which nothing comes.
fn told_missing(stack: &Stack) -> Vec<String> {
    let letters = stack.app.mailbox().letters();
    letters
        .iter()
        .filter(|letter| letter.subject == "Costs are missing (Acme Tools)")
        .map(|letter| letter.text.clone())
        .collect()
}

#[tokio::test]
async fn a_source_that_no_file_comes_from_is_one_anomaly_and_one_letter_until_the_next_file() {
    let (stack, owner, client) = msp().await;
    let disk = |on| Row { service: "Disks", ..row(on, usual(on) / 2) };
    let rows = |from: &str, to: &str| {
        let all: Vec<_> = days(from, to).flat_map(|on| [row(on, usual(on)), disk(on)]).collect();
        file(&all)
    };
    let import = owner.import_costs(&client, "azure-main", &rows("2025-12-20", "2026-01-29")).await;
    // Two files of a day each: it tells each day.
    for on in ["2026-01-30", "2026-01-31"] {
        owner.import_costs(&client, "azure-main", &rows(on, on)).await;
    }
    assert_eq!(import["series"], json!(2), "the source itself is none of those with rows");
    owner.import_costs(&client, "aws", &file(&spiked("2026-01-29"))).await;
    let young = owner.client("Birch Lane").await;
    let few: Vec<Row> = days("2026-01-20", "2026-01-31").map(|on| row(on, usual(on))).collect();
    owner.import_costs(&young, "azure-main", &file(&few)).await;
    stack.detect().await;
    let shown = format!("/v1/cost-series/{}", series(&owner, &young).await[0]["id"].as_str().unwrap());
    assert_eq!(owner.get(&shown).await.expect(200)["enough_history"], json!(false));
    let services: Vec<Value> = series(&owner, &client).await.iter().map(|one| one["service"].clone()).collect();
    assert_eq!(services, ["Disks", "Virtual Machines", "Virtual Machines"], "a source is no service");

    // One of the sources goes on telling.
    at(&stack, "2026-02-05T12:00:00Z");
    let goes_on: Vec<Row> = days("2026-02-01", "2026-02-04").map(|on| row(on, usual(on) + usual(on) / 5)).collect();
    owner.import_costs(&client, "aws", &file(&goes_on)).await;
    stack.advance("PT48H").await;
    let missing = async || {
        let found = anomalies(&owner, &client).await;
        found.into_iter().filter(|anomaly| anomaly["kind"] == "missing").collect::<Vec<_>>()
    };
    let found = missing().await;
    assert_eq!(found.len(), 1, "one of the source, and none of its series: {found:#?}");
    let gap = &found[0];
    assert_eq!(
        (&gap["onset"], &gap["state"], &gap["source"]),
        (&json!("2026-02-01"), &json!("open"), &json!("azure-main"))
    );
    assert_eq!(
        (&gap["excess"], &gap["expected"]),
        (&json!({ "series": 0 }), &json!({ "series": 2 })),
        "nothing is saved"
    );
    assert_eq!((&gap["service"], &gap["monthly"]), (&json!("(all)"), &Value::Null));
    let said = gap["sentence"].as_str().unwrap();
    assert!(
        said.starts_with("azure-main: no file tells of any day since 1 February 2026; 2 series are silent"),
        "{said}"
    );
    let letters = told_missing(&stack);
    assert!(letters.len() == 1 && letters[0].contains("azure-main: no file tells of 1 February 2026"), "{letters:?}");
    assert_eq!(anomalies(&owner, &young).await.len(), 0, "not enough history");
    let itself = format!("/v1/cost-series/{}", gap["series"].as_str().unwrap());
    let itself = owner.get(&itself).await.expect(200);
    assert_eq!((&itself["series"]["currency"], &itself["known_to"]), (&Value::Null, &json!("2026-01-31")));
    assert_eq!(itself["days"][0]["amount"], json!({ "series": 2 }));
    let spending = owner.get(&format!("/v1/clients/{client}/spending?from=2026-01&to=2026-01")).await.expect(200);
    assert_eq!(spending["currencies"].as_array().unwrap().len(), 1, "a count is no money: {spending}");

    stack.advance("PT48H").await;
    owner.import_costs(&client, "azure-main", &rows("2026-02-01", "2026-02-07")).await;
    stack.detect().await;
    assert_eq!(missing().await.len(), 0, "it came after all");
    assert_eq!(told_missing(&stack).len(), 1);
}

#[tokio::test]
async fn a_day_without_a_row_of_any_series_in_a_file_is_missing_once_of_its_source_until_a_file_tells_of_it() {
    let (stack, owner, client) = msp().await;
    let services = ["Virtual Machines", "Disks", "Databases"];
    let day = |on: jiff::civil::Date| services.map(|service| Row { service, ..row(on, usual(on)) });
    let hole: jiff::civil::Date = "2026-01-28".parse().unwrap();
    let rows: Vec<Row> = days("2025-12-20", "2026-01-31").filter(|on| *on != hole).flat_map(day).collect();
    let import = owner.import_costs(&client, "azure-main", &file(&rows)).await;
    assert_eq!((&import["state"], &import["bad_rows"]), (&json!("done"), &json!(0)));
    stack.detect().await;
    let found = anomalies(&owner, &client).await;
    assert_eq!(found.len(), 1, "one of the source, and none of its series: {found:#?}");
    let gap = &found[0];
    assert_eq!(
        (&gap["kind"], &gap["service"], &gap["onset"]),
        (&json!("missing"), &json!("(all)"), &json!("2026-01-28"))
    );
    assert_eq!((&gap["last"], &gap["state"]), (&json!("2026-01-28"), &json!("over")));
    assert_eq!(gap["sentence"], "azure-main: no file told of 28 January 2026; 3 series were silent.");
    assert_eq!((told_missing(&stack).len(), told(&stack)), (1, 0));
    // The same file again, and then one that has the day.
    owner.import_costs(&client, "azure-main", &file(&rows)).await;
    stack.detect().await;
    assert_eq!(anomalies(&owner, &client).await.len(), 1);
    owner.import_costs(&client, "azure-main", &file(&day(hole))).await;
    stack.detect().await;
    assert_eq!(anomalies(&owner, &client).await, Vec::<Value>::new());
    assert_eq!((told_missing(&stack).len(), told(&stack)), (1, 0));
    // A file without it says nothing of the day: what was told before stays.
    owner.import_costs(&client, "azure-main", &file(&rows)).await;
    stack.detect().await;
    let all = series(&owner, &client).await;
    assert_eq!(cents(&owner, &all[0], "2026-01-28").await, json!(usual(hole)));
    assert_eq!((anomalies(&owner, &client).await.len(), told_missing(&stack).len()), (0, 1));
}

#[tokio::test]
async fn rows_that_say_nothing_are_left_out_and_named_and_files_without_the_columns_are_refused() {
    let (stack, owner, client) = msp().await;
    let mut text = file(&spiked("2026-01-29"));
    text.push_str("ten,EUR,2026-01-01T00:00:00Z,Disks,Microsoft,prod,{}\n");
    text.push_str(
        "1,EUX,2026-01-01T00:00:00Z,Disks,Microsoft,prod,{}\n1,EUR,yesterday,Disks,Microsoft,prod,{}\n1,EUR\n",
    );
    let import = owner.import_costs(&client, "azure-main", &text).await;
    assert_eq!((&import["state"], &import["bad_rows"]), (&json!("done"), &json!(4)));
    let faults: Vec<(u64, &str)> = import["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["row"].as_u64().unwrap(), fault["column"].as_str().unwrap()))
        .collect();
    assert_eq!(faults, [(88, "BilledCost"), (89, "BillingCurrency"), (90, "ChargePeriodStart"), (91, "")]);

    let other = owner.import_costs(&client, "azure-main", "Cost,Day\n1,2026-01-01\n").await;
    assert_eq!(other["state"], "failed");
    let why = other["why"].as_str().unwrap();
    assert!(why.contains("BilledCost, BillingCurrency, ChargePeriodStart, ServiceName"), "{why}");
    let empty = owner.import_costs(&client, "azure-main", &format!("{HEAD}\n")).await;
    assert_eq!(empty["state"], "failed");
    assert_eq!(stack.detect().await.done, 2);

    let announced = json!({ "client": client, "source": "Azure Main", "bytes": 0 });
    assert_eq!(
        owner.post("/v1/cost-imports").json(&announced).send().await.with(400).pointers(),
        ["/bytes", "/source"]
    );
    let announced = owner.create("/v1/cost-imports", json!({ "client": client, "source": "aws", "bytes": 10 })).await;
    let path = format!("/v1/cost-imports/{}/read", announced["id"].as_str().unwrap());
    assert_eq!(owner.post(&path).send().await.with(409).problem(), "not-uploaded");
    let link = announced["upload"].as_str().unwrap();
    let put = local::embedded::links::put(stack.app.objects(), link, "longer than announced".into()).await.unwrap();
    assert_eq!(put, 403, "the link takes the announced length alone");
}

#[tokio::test]
async fn costs_find_their_department_by_tag_or_sub_account_and_each_is_a_series() {
    let (_, owner, client) = msp().await;
    let departments = json!({ "departments": [{ "name": "Sales" }, { "name": "Works" }] });
    let changed = owner.change(&format!("/v1/clients/{client}"), departments).await;
    let unit = |at: usize| changed["departments"][at]["id"].clone();
    let rules = json!({ "units": [
        { "tag": "team", "value": "sales", "unit": unit(0) }, { "value": "factory", "unit": unit(1) },
    ] });
    owner.change(&format!("/v1/insights/settings?client={client}"), rules).await;
    let etag = owner.get("/v1/insights/settings").await.with(200).etag();
    let of_msp = json!({ "units": [{ "value": "factory", "unit": unit(1) }] });
    owner.patch("/v1/insights/settings").if_match(&etag).json(&of_msp).send().await.with(400);
    let on = "2026-01-05".parse().unwrap();
    let of = |account, team, cents| Row { account, team, ..row(on, cents) };
    let rows = [of("prod", "sales", 100), of("factory", "-", 200), of("factory", "sales", 400), of("prod", "-", 800)];
    owner.import_costs(&client, "azure-main", &file(&rows)).await;
    let mut found = Vec::new();
    for one in series(&owner, &client).await {
        found.push((one["unit"].clone(), cents(&owner, &one, "2026-01-05").await));
    }
    found.sort_by_key(|(_, cents)| cents.as_i64());
    assert_eq!(found, [(unit(1), json!(200)), (unit(0), json!(500)), (Value::Null, json!(800))]);
}
