//! What the documents list by hand, against the code that it is about.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};

use domain::parked::Reason;
use domain::{Permission, Role};
use serde_json::{Value, json};
use tests::Stack;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

fn read(path: &str) -> String {
    std::fs::read_to_string(xtask::root().join(path)).unwrap()
}

/// The rows of the table whose head starts with this, as cells.
fn table(text: &str, head: &str) -> Vec<Vec<String>> {
    let rows = text.lines().skip_while(|line| !line.starts_with(head)).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn the_table_of_roles_is_the_codes() {
    let head = format!("| | {} |", Role::ALL.map(|role| format!("`{role}`")).join(" | "));
    let written: Vec<String> = table(&read("docs/api.md"), &head).iter().map(|row| row.join(" | ")).collect();
    let row = |permission: Permission| {
        let name = serde_json::to_value(permission).unwrap();
        let marks = Role::ALL.map(|role| if role.may(permission) { "✓" } else { "" });
        format!("`{}` | {}", name.as_str().unwrap(), marks.join(" | "))
    };
    let true_rows: Vec<String> = Permission::ALL.map(row).to_vec();
    let lines: String = true_rows.iter().map(|row| format!("| {} |\n", row.replace("|  |", "| |"))).collect();
    assert_eq!(written, true_rows, "the table under Roles in docs/api.md is\n{lines}");
}

#[test]
fn the_table_of_why_a_series_is_parked_is_the_codes() {
    let written = table(&read("docs/anomalies.md"), "| Code | Why |");
    let row = |reason: Reason| vec![format!("`{}`", reason.name()), reason.of_series().to_owned()];
    assert_eq!(written, Reason::ALL.map(row).to_vec());
    for reason in Reason::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), json!(reason.name()));
        assert_eq!(Reason::named(reason.name()), reason);
    }
    assert_eq!(Reason::named(""), Reason::Failed, "what was parked before there were codes");
}

/// The kinds that keys are made of: `CLIENT` and `TICKETS` of `CLIENT#{client}#TICKETS`.
fn kinds<'a>(keys: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let is_kind = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_uppercase());
    keys.flat_map(|key| key.split('#')).filter(is_kind).map(str::to_owned).collect()
}

#[test]
fn every_kind_of_key_is_explained_and_none_that_there_is_not() {
    let code = ["keys.rs", "keys/list.rs", "keys/refers.rs"].map(|file| {
        let text = read(&format!("shared/store/src/{file}"));
        text.split("#[cfg(test)]").next().unwrap().to_owned()
    });
    let (code, data) = (code.concat(), read("docs/data.md"));
    let literals = code.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| {
        // Every other part of a line that is cut at its quotes is a literal.
        line.split('"').skip(1).step_by(2)
    });
    let explained = data.lines().filter(|line| line.starts_with("| `")).flat_map(|line| {
        let cells = line.split('|').skip(1).take(2);
        cells.flat_map(|cell| cell.split('`').skip(1).step_by(2))
    });
    let (made, explained) = (kinds(literals), kinds(explained));
    assert!(made.len() > 15, "{made:?}");
    assert_eq!(
        made, explained,
        "left: shared/store/src/keys.rs and what is in keys/, right: the tables in docs/data.md"
    );
}

/// Keeps what is written, to be read by the test.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A line's fields as Logs Insights names them: with points between.
fn fields(value: &Value, before: &str, found: &mut BTreeSet<String>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let name = format!("{before}{name}");
        fields(value, &format!("{name}."), found);
        found.insert(name);
    }
}

#[tokio::test]
async fn the_fields_that_operations_asks_for_are_written() {
    let kept = Kept::default();
    let to = kept.clone();
    let lines = tracing_subscriber::registry().with(runtime::log::lines(move || to.clone())).with(LevelFilter::INFO);
    let guard = tracing::subscriber::set_default(lines);
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    owner.get("/v1/me").await.expect(200);
    owner.get("/v1/clients/7").await.expect(404);
    owner.create("/v1/clients", json!({ "name": "Acme" })).await;
    owner.stack.scan().await;
    drop(guard);
    let mut written = BTreeSet::from(["@timestamp".to_owned()]);
    for line in String::from_utf8(kept.0.lock().unwrap().clone()).unwrap().lines() {
        fields(&serde_json::from_str(line).unwrap(), "", &mut written);
    }
    let operations = read("docs/operations.md");
    let query = operations.lines().find(|line| line.starts_with("fields @timestamp")).expect("a query of the logs");
    let wanted = query.split([',', '|', ' ', '=']).filter(|word| !word.is_empty());
    let wanted: Vec<&str> = wanted.filter(|word| !["fields", "filter", "sort", "\"…\""].contains(word)).collect();
    assert!(wanted.len() > 5, "{wanted:?}");
    for name in wanted {
        assert!(written.contains(name), "docs/operations.md asks for {name}; lines have {written:?}");
    }
}
