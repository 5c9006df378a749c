//! The tables that the local stack makes against those that the template declares.

use local::embedded::dynamo::definitions;
use serde_json::Value;

#[test]
fn the_local_tables_are_the_templates() {
    let template = std::fs::read_to_string(xtask::root().join("template.yaml")).unwrap();
    for table in definitions() {
        let name = table["TableName"].as_str().unwrap();
        let section = template.split_once(&format!("\n  {name}:")).expect("the table is in the template").1;
        let section = section.split_once("\n\n  ").map_or(section, |(table, _)| table);
        assert_eq!(in_template(section), in_definition(&table), "{name}");
    }
}

#[test]
fn items_are_swept_by_the_attribute_that_the_store_writes() {
    let template = std::fs::read_to_string(xtask::root().join("template.yaml")).unwrap();
    assert!(template.contains("TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}"));
}

/// `name: value` pairs that make a table what it is, in the order in which they stand.
fn in_template(section: &str) -> Vec<String> {
    let words = section.split([',', '{', '}', '[', ']', '\n']).map(|word| word.trim().trim_start_matches("- "));
    let words = words.filter(|word| !word.contains("ttl"));
    let mut found: Vec<String> = Vec::new();
    for word in words {
        let Some((key, value)) = word.split_once(": ") else { continue };
        match key {
            "AttributeType" | "KeyType" => {
                let name = found.pop().unwrap_or_default();
                found.push(format!("{name} {value}"));
            }
            "AttributeName" | "IndexName" | "ProjectionType" | "StreamViewType" => found.push(value.to_owned()),
            _ => {}
        }
    }
    found.sort();
    found
}

fn in_definition(table: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let pairs = |value: &Value, kind: &str| -> Vec<String> {
        list(value).iter().map(|one| format!("{} {}", text(&one["AttributeName"]), text(&one[kind]))).collect()
    };
    let mut found = pairs(&table["AttributeDefinitions"], "AttributeType");
    found.extend(pairs(&table["KeySchema"], "KeyType"));
    for index in list(&table["GlobalSecondaryIndexes"]) {
        found.push(text(&index["IndexName"]));
        found.extend(pairs(&index["KeySchema"], "KeyType"));
        found.push(text(&index["Projection"]["ProjectionType"]));
    }
    found.extend(table["StreamSpecification"]["StreamViewType"].as_str().map(str::to_owned));
    found.sort();
    found
}
