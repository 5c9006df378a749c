//! What the demo's jobs find in what was planted there.

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

#[tokio::test]
async fn what_is_unusual_about_clouds_and_people_is_found_with_its_sentence_and_nothing_else() {
    let stack = Stack::start_at(NOON).await;
    load(&stack.app, &Progress::silent()).await.expect("a demo");
    let owner = stack.sign_in(OWNER_EMAIL).await;
    let found = list(&owner, "/v1/anomalies").await;
    let of_files: Vec<Value> =
        found.iter().filter(|one| !OWN.contains(&one["source"].as_str().unwrap())).cloned().collect();
    let access = list(&owner, "/v1/access-anomalies").await;
    assert_eq!(sorted(&of_files, "kind"), ["drift", "level_shift", "missing", "spike", "weekly_pattern"]);
    let cluster = of_files.iter().find(|one| one["kind"] == "spike").unwrap();
    assert_eq!((&cluster["driver"]["account"], &cluster["days"]), (&json!("lab"), &json!(1)));
    assert_eq!(sorted(&access, "kind"), ["first_sensitive_use", "leaver_signed_in", "unusual_hour"]);
}
