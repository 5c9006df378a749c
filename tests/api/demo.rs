//! What the demo's jobs find in what was planted there.

use std::collections::HashMap;

use local::demo::{OWNER_EMAIL, Progress, load};
use serde_json::{Value, json};
use tests::{Person, Stack};

/// A Wednesday in the middle of Berlin's working day.
const NOON: &str = "2026-11-18T10:42:00Z";
/// Sources that Steward tells of itself.
const OWN: [&str; 3] = ["invoices", "licences", "use"];

async fn list(owner: &Person, path: &str) -> Vec<Value> {
    owner.get(&format!("{path}?limit=100")).await.expect(200)["items"].as_array().unwrap().clone()
}

/// These, in order.
fn sorted(all: &[Value], of: &str) -> Vec<String> {
    let mut all: Vec<String> = all.iter().map(|one| one[of].as_str().unwrap().to_owned()).collect();
    all.sort_unstable();
    all
}

/// What every one of these is, by its id.
async fn named(owner: &Person, path: &str) -> HashMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list(owner, path).await.iter().map(|one| (text(&one["id"]), text(&one["name"]))).collect()
}

#[tokio::test]
async fn what_was_planted_is_found_with_its_amounts_and_nothing_else() {
    let stack = Stack::start_at(NOON).await;
    load(&stack.app, &Progress::silent()).await.expect("a demo");
    let owner = stack.sign_in(OWNER_EMAIL).await;
    unusual_costs(&owner).await;
    waste(&owner).await;
    unusual_use(&owner).await;
}

/// A cluster, a new level, backups on other days, traffic that creeps up, a provider that sends nothing any more.
async fn unusual_costs(owner: &Person) {
    let found = list(owner, "/v1/anomalies").await;
    let is_own = |one: &&Value| OWN.contains(&one["source"].as_str().unwrap());
    let (own, of_files): (Vec<&Value>, Vec<&Value>) = found.iter().partition(is_own);
    let kinds: Vec<Value> = of_files.iter().map(|one| (*one).clone()).collect();
    assert_eq!(sorted(&kinds, "kind"), ["drift", "level_shift", "missing", "spike", "weekly_pattern"]);
    let of = |kind: &str| *of_files.iter().find(|one| one["kind"] == kind).unwrap();
    let said = |kind: &str| of(kind)["sentence"].as_str().unwrap();
    let minor = |amount: &Value| amount["minor"].as_i64().unwrap();
    let near = |cents: i64, about: i64, by: i64| assert!((cents - about).abs() <= by, "{cents}, and not some {about}");

    let cluster = of("spike");
    assert_eq!((&cluster["service"], &cluster["onset"]), (&json!("Virtual Machines"), &json!("2026-11-10")));
    assert_eq!((&cluster["driver"]["account"], &cluster["days"]), (&json!("lab"), &json!(1)));
    near(minor(&cluster["driver"]["excess"]), 430_00, 15_00);
    // 63.00 a day in the place of 42.00, give or take two per cent of either.
    let level = of("level_shift");
    assert_eq!((&level["service"], &level["onset"]), (&json!("Storage"), &json!("2026-10-23")));
    near(minor(&level["monthly"]), 21_00 * 365 / 12, 40_00);
    assert!(said("level_shift").contains("until it had become the usual on "), "{}", said("level_shift"));
    assert!(minor(&level["excess"]) > 3 * 20_00, "{level}");
    let drift = of("drift");
    assert_eq!(drift["service"], json!("Bandwidth"));
    assert!(minor(&drift["monthly"]) > 0, "{drift}");
    assert_eq!((&of("weekly_pattern")["service"], &of("weekly_pattern")["monthly"]), (&json!("Backup"), &Value::Null));
    let silent = of("missing");
    assert_eq!((&silent["source"], &silent["onset"]), (&json!("web-host"), &json!("2026-11-09")));
    assert_eq!((&silent["expected"], &silent["excess"]), (&json!({ "series": 1 }), &json!({ "series": 0 })));
    assert_eq!(said("missing"), "web-host: no file tells of any day since 9 November 2026; 1 series is silent.");

    // Of what Steward tells itself, the two seats that somebody bought in June beside eight. Six are held: a department that holds
    // two of them pays 1.13 a day before, and 1.41 since. One that holds one pays half of it, which comes to less than is kept.
    let (seats, people): (Vec<_>, Vec<_>) = own.into_iter().partition(|one| one["source"] == "licences");
    assert!(!seats.is_empty(), "of Steward's own nothing: {found:?}");
    assert!(people.iter().all(|one| one["source"] == "use"), "who used something more or less: {people:?}");
    for one in seats {
        let what = (&one["source"], &one["service"], &one["kind"], &one["onset"]);
        let seats = (&json!("licences"), &json!("Microsoft 365"), &json!("level_shift"), &json!("2026-06-01"));
        assert_eq!(what, seats, "{one}");
        near(minor(&one["monthly"]), 28 * 365 / 12, 40);
    }
}

/// Each planted waste, what it is worth a year, and the sums of it.
async fn waste(owner: &Person) {
    let (clients, products) = (named(owner, "/v1/clients").await, named(owner, "/v1/products").await);
    let found = list(owner, "/v1/findings").await;
    let name = |names: &HashMap<String, String>, id: &Value| names[id.as_str().unwrap()].clone();
    let mut told: Vec<(String, String, String, String, Option<i64>, u64)> = Vec::new();
    for one in &found {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let worth = &one["worth"];
        let (kind, yearly, seats) = (text(&worth["kind"]), worth["yearly"]["minor"].as_i64(), worth["seats"].as_u64());
        let client = name(&clients, &one["client"]);
        let product = name(&products, &one["product"]);
        told.push((client, product, text(&one["kind"]), kind, yearly, seats.unwrap_or_default()));
    }
    told.sort();
    let (brandt, elbufer, hudson) = ("Brandt & Söhne Maschinenbau", "Klinikum Elbufer", "Hudson Legal LLP");
    let planted = [
        (brandt, "AutoCAD LT", "never_used", "saves", Some(624_00), 1),
        (brandt, "AutoCAD LT", "unused", "saves", Some(624_00), 1),
        (brandt, "Microsoft 365", "over_bought", "saves", Some(619_20), 4),
        (brandt, "Microsoft 365", "wrong_edition", "saves", Some(87_60), 1),
        (brandt, "Webex", "overlap", "saves", Some(162_00), 1),
        (hudson, "Acrobat Pro", "unused", "saves", Some(238_80), 1),
        (hudson, "Dropbox Business", "shadow_use", "unknown", None, 0),
        (hudson, "Dropbox Business", "shadow_use", "unknown", None, 0),
        (elbufer, "Microsoft 365", "left", "saves", Some(274_80), 1),
        (elbufer, "Microsoft 365", "wrong_edition", "saves", Some(207_60), 1),
        (elbufer, "Unternehmen online", "over_assigned", "costs", Some(144_00), 1),
        (elbufer, "Unternehmen online", "shadow_use", "costs", Some(144_00), 1),
    ];
    let planted = planted.map(|(client, product, kind, worth, yearly, seats): (&str, &str, &str, &str, _, _)| {
        (client.to_owned(), product.to_owned(), kind.to_owned(), worth.to_owned(), yearly, seats)
    });
    assert_eq!(told, planted);
    let sums = &owner.get("/v1/savings").await.expect(200)["total"]["amounts"][0];
    let eur = |minor: i64| json!({ "minor": minor, "currency": "EUR" });
    assert_eq!((&sums["open"], &sums["exposure"]), (&eur(2_838_00), &eur(288_00)));
}

/// An odd hour, a first use and a leaver, and what the IT team sees of them until somebody answers.
async fn unusual_use(owner: &Person) {
    let access = list(owner, "/v1/access-anomalies").await;
    assert_eq!(sorted(&access, "kind"), ["first_sensitive_use", "leaver_signed_in", "unusual_hour"]);
    let leaver = access.iter().find(|one| one["kind"] == "leaver_signed_in").unwrap();
    let client = leaver["client"].as_str().unwrap();
    let own: Vec<&Value> = access.iter().filter(|one| one["client"] == client).collect();
    let shown = async || {
        let board = owner.get(&format!("/v1/clients/{client}/it-dashboard")).await.expect(200);
        board["access"].as_array().unwrap().clone()
    };
    let before = shown().await;
    assert_eq!(before.iter().map(|one| &one["anomaly"]).collect::<Vec<_>>(), own, "as in their list");
    let of_leaver = before.iter().find(|one| one["anomaly"]["id"] == leaver["id"]).unwrap();
    assert_eq!((&of_leaver["person"], &of_leaver["product"]), (&json!("Gerd Pohl"), &json!("Microsoft 365")));
    let judge = format!("/v1/access-anomalies/{}/judge", leaver["id"].as_str().unwrap());
    owner.post(&judge).json(&json!({ "answer": "real" })).send().await.expect(200);
    let after: Vec<Value> = shown().await.into_iter().map(|one| one["anomaly"]["id"].clone()).collect();
    assert_eq!(after.len(), own.len() - 1, "what was answered is shown no more");
    assert!(!after.contains(&leaver["id"]));
}
