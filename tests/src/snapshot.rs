//! A desk as it stood, to be put up again as often as a test needs it: setting one up costs seconds.

use jiff::Timestamp;
use local::embedded::dynamo::MAIN;
use local::{App, Settings};
use serde_json::{Value, json};

use crate::{Person, Stack};

/// What is not put up again: it is on its way, or kept for repeats, and nobody asks for it any more.
const PASSING: [&str; 4] = ["#EVENT#", "#IDEMPOTENCY#", "#RATE#", "#SESSION#"];

/// The main table at an instant.
#[derive(Clone)]
pub struct Snapshot {
    at: Timestamp,
    items: Vec<Value>,
}

impl Stack {
    /// The main table as it is, when all that has happened was carried on.
    pub async fn snapshot(&self) -> Snapshot {
        self.app.settle().await;
        let passes = |item: &Value| {
            let pk = item["pk"]["S"].as_str().unwrap_or_default();
            PASSING.iter().any(|part| pk.contains(part))
        };
        let items = self.items(MAIN).into_iter().filter(|item| !passes(item)).collect();
        Snapshot { at: self.now(), items }
    }

    /// Every item of a table.
    pub fn items(&self, table: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut page = json!({ "TableName": table });
        loop {
            let mut found = self.app.dynamo().execute("Scan", &page).expect("the table can be read");
            items.append(found["Items"].as_array_mut().expect("items"));
            if found["LastEvaluatedKey"].is_null() {
                return items;
            }
            page["ExclusiveStartKey"] = found["LastEvaluatedKey"].clone();
        }
    }
}

impl Snapshot {
    /// A stack of its own in which everything stands as it stood.
    pub async fn restore(&self) -> Stack {
        self.restore_with(Settings::for_test(self.at)).await
    }

    /// The same, made with other settings; the clock is theirs.
    pub async fn restore_with(&self, settings: Settings) -> Stack {
        let stack = Stack { app: App::start(settings).await.expect("the stack starts") };
        for item in &self.items {
            let put = json!({ "TableName": MAIN, "Item": item });
            stack.app.dynamo().execute("PutItem", &put).expect("the item is put");
        }
        stack
    }
}

impl Person {
    /// The same person on another stack.
    pub fn on(&self, stack: &Stack) -> Person {
        Person { stack: stack.clone(), ..self.clone() }
    }
}
