//! Seats from a spreadsheet.

use serde_json::{Value, json};
use tests::{Person, Stack};

use crate::licences::{at, contact, licence};

async fn send(owner: &Person, licence: &Value, query: &str, csv: &str) -> tests::Answer {
    let path = format!("{}/seats/import{query}", at(licence));
    owner.post(&path).json(&json!({ "csv": csv })).send().await
}

#[tokio::test]
async fn a_file_is_looked_at_then_taken_and_taken_again_without_effect() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({})).await;
    contact(&owner, &client, "Maya Okafor").await;
    let csv = "contact,device,since\r\n\
        maya.okafor@acme.example,,2026-01-12\r\n\
        ,Laptop 7,\r\n\
        =cmd|'/c calc'!A1,,\r\n\
        ,Laptop 8,2026-02-03\r\n\
        ,Laptop 9,0001-01-01\r\n";
    let expected = |assigned: u32, unchanged: u32, found: &Value| {
        let counts = (&found["assigned"], &found["unchanged"], &found["failed"]);
        assert_eq!(counts, (&json!(assigned), &json!(unchanged), &json!(3)), "{found:#}");
    };
    let dry = send(&owner, &added, "?dry_run=true", csv).await.expect(200);
    expected(2, 0, &dry);
    assert_eq!(owner.get(&at(&added)).await.expect(200)["assigned"], 0, "nothing was done");
    let taken = send(&owner, &added, "", csv).await.expect(200);
    expected(2, 0, &taken);
    assert_eq!(taken["errors"], dry["errors"]);
    let errors: Vec<&str> = taken["errors"].as_str().unwrap().lines().collect();
    assert_eq!(errors[0], "row,column,value,what to do");
    assert!(errors[1].starts_with("4,contact,'=cmd|"), "a formula is a text: {}", errors[1]);
    assert!(errors[2].starts_with("5,since,2026-02-03,must be today or earlier"), "{}", errors[2]);
    assert!(errors[3].starts_with("6,since,0001-01-01,must be 1970-01-01 or later"), "{}", errors[3]);
    assert_eq!(owner.get(&at(&added)).await.expect(200)["assigned"], 2);
    expected(0, 2, &send(&owner, &added, "", csv).await.expect(200));
    assert_eq!(owner.get(&at(&added)).await.expect(200)["assigned"], 2);
}

#[tokio::test]
async fn a_large_file_is_written_in_parts() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({})).await;
    let csv = format!("device\n{}", (0..300).map(|n| format!("pc-{n}\n")).collect::<String>());
    let taken = send(&owner, &added, "", &csv).await.expect(200);
    assert_eq!((&taken["assigned"], &taken["errors"]), (&json!(300), &Value::Null));
    assert_eq!(owner.get(&at(&added)).await.expect(200)["assigned"], 300);
}

#[tokio::test]
async fn what_is_no_table_is_refused() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let added = licence(&owner, &client, json!({})).await;
    for csv in ["", "name\nx\n"] {
        assert_eq!(send(&owner, &added, "", csv).await.with(400).pointers(), ["/csv"]);
    }
}
