//! The main routes in process, beside the same store calls made with the bare SDK through the same seam.
//!
//! A route and its raw calls take turns, so that whatever slows the machine slows both.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use local::embedded::Recorded;
use local::embedded::dynamo::MAIN;
use serde_json::{Value, json};
use tests::{Answer, Asking, Stack};

use crate::numbers::{Samples, ratio, timed};
use crate::scan::{by_call, promise};

type Item = HashMap<String, AttributeValue>;

pub(crate) async fn measure(calls: usize) {
    println!("## Routes in process, {calls} calls each, beside the raw SDK calls that they make\n");
    let stack = Stack::start().await;
    let owner = stack.msp("Bench").await;
    promise(&owner).await;
    let client = owner.client("Acme Tools").await;
    let technician = owner.colleague("technician", json!({})).await;
    let mut bench = Bench { stack, raw: None, kinds: BTreeMap::new(), made: 0 };

    println!("| route | p50 ms | p95 ms | its raw calls, one after another | p50 ms | p95 ms | p50 to p50 |");
    println!("|---|---|---|---|---|---|---|");
    let new = json!({ "client": client, "subject": "Printer is offline", "description": "It says E-302." });
    let first = technician.create("/v1/tickets", new.clone()).await;
    bench.raw = Some(bench.raw(&technician.tenant, &id(&first)).await);

    let asks = (0..=calls).map(|_| technician.post("/v1/tickets").json(&new)).collect();
    let opened = bench.route("open a ticket", 201, asks).await;
    let opened: Vec<String> = opened.iter().map(|answer| format!("/v1/tickets/{}", id(&answer.body))).collect();
    let asks = opened.iter().map(|at| technician.ask("GET", at)).collect();
    bench.route("get a ticket", 200, asks).await;
    let asks = opened.iter().map(|_| technician.ask("GET", "/v1/tickets?limit=25")).collect();
    bench.route("list 25 tickets", 200, asks).await;
    let asks = opened.iter().map(|at| technician.post(&format!("{at}/take"))).collect();
    bench.route("take a ticket", 200, asks).await;
    let reply = json!({ "body": "Looking at it. Does it still say E-302 after a restart?" });
    let asks = opened.iter().map(|at| technician.post(&format!("{at}/replies")).json(&reply)).collect();
    bench.route("reply", 201, asks).await;
    println!();
    bench.kinds();
}

fn id(view: &Value) -> String {
    view["id"].as_str().expect("an id").to_owned()
}

struct Bench {
    stack: Stack,
    raw: Option<Raw>,
    /// Each kind of raw call by itself.
    kinds: BTreeMap<String, Samples>,
    made: usize,
}

/// What raw calls are made with.
struct Raw {
    dynamo: Client,
    tenant: String,
    /// A ticket as it is stored.
    ticket: Item,
}

impl Bench {
    async fn raw(&self, tenant: &str, ticket: &str) -> Raw {
        let dynamo = self.stack.app.parts().dynamo.clone();
        let key = at(&format!("{tenant}#TICKET#{ticket}"));
        let found = dynamo.get_item().table_name(MAIN).set_key(Some(key)).send().await.expect("an answer");
        Raw { dynamo, tenant: tenant.to_owned(), ticket: found.item.expect("the ticket") }
    }

    /// Calls a route with each of these, and after each what it calls. The first is recorded, and not measured.
    async fn route(&mut self, name: &str, status: u16, asks: Vec<Asking>) -> Vec<Answer> {
        let recorder = self.stack.app.seam().recorder();
        let mut asks = asks.into_iter();
        recorder.start();
        let first = asks.next().expect("a call").send().await.with(status);
        let recorded = recorder.take();
        recorder.stop();
        let raw_calls = by_call(&recorded);
        let (mut ours, mut raw, mut answers) = (Samples::default(), Samples::default(), vec![first]);
        for ask in asks {
            let (answer, took) = timed(ask.send()).await;
            answers.push(answer.with(status));
            ours.push(took);
            let mut sum = std::time::Duration::ZERO;
            for (action, parts) in &raw_calls {
                self.made += 1;
                let raw = self.raw.as_ref().expect("raw calls");
                let (kind, took) = raw.call(action, parts, self.made).await;
                self.kinds.entry(kind).or_default().push(took);
                sum += took;
            }
            raw.push(sum);
        }
        println!(
            "| {name} | {:.2} | {:.2} | {} | {:.2} | {:.2} | {} |",
            ours.median(),
            ours.p95(),
            listed(&raw_calls),
            raw.median(),
            raw.p95(),
            ratio(ours.median(), raw.median()),
        );
        answers
    }

    fn kinds(&self) {
        let of = |kind: &str| self.kinds.get(kind).map_or(f64::NAN, Samples::median);
        println!("| raw SDK call | p50 ms | p95 ms | p50 to a GetItem's |\n|---|---|---|---|");
        for (kind, samples) in &self.kinds {
            let (median, p95) = (samples.median(), samples.p95());
            println!("| {kind} | {median:.2} | {p95:.2} | {} |", ratio(median, of("GetItem")));
        }
        println!();
    }
}

impl Raw {
    /// The same kind of call on the same partition, with nothing of ours around it.
    async fn call(&self, action: &str, parts: &[&Recorded], number: usize) -> (String, std::time::Duration) {
        let touch = &parts.first().expect("a part").touch;
        let partition = touch.keys.first().cloned().unwrap_or_default();
        match action {
            "dynamodb:GetItem" => {
                let get = self.dynamo.get_item().table_name(MAIN).set_key(Some(at(&partition))).consistent_read(true);
                let (found, took) = timed(get.send()).await;
                found.expect("an answer");
                ("GetItem".to_owned(), took)
            }
            "dynamodb:Query" => {
                let index = touch.resource.rsplit_once("/index/").map(|(_, index)| index);
                let attribute = match index {
                    Some("by_list") => "lpk",
                    Some("by_ref") => "rpk",
                    _ => "pk",
                };
                let query = self.dynamo.query().table_name(MAIN).set_index_name(index.map(Into::into));
                let query = query
                    .key_condition_expression(format!("{attribute} = :partition"))
                    .expression_attribute_values(":partition", AttributeValue::S(partition))
                    .scan_index_forward(false)
                    .limit(25);
                let (found, took) = timed(query.send()).await;
                let found = found.expect("an answer").count;
                (format!("Query of {found}"), took)
            }
            "dynamodb:UpdateItem" => {
                let update = self.dynamo.update_item().table_name(MAIN).set_key(Some(at(&self.own("COUNTER"))));
                let one = AttributeValue::N("1".to_owned());
                let update = update.update_expression("ADD n :one").expression_attribute_values(":one", one);
                let (updated, took) = timed(update.send()).await;
                updated.expect("an answer");
                ("UpdateItem".to_owned(), took)
            }
            "dynamodb:TransactWriteItems" => {
                let items = (0..parts.len()).map(|part| self.item(number, part)).collect();
                let transaction = self.dynamo.transact_write_items().set_transact_items(Some(items));
                let (written, took) = timed(transaction.send()).await;
                written.expect("an answer");
                (format!("TransactWriteItems of {}", parts.len()), took)
            }
            other => panic!("no raw call for {other}"),
        }
    }

    /// One item of a transaction: first a ticket with its indexes, then what is as long as a timeline entry.
    fn item(&self, number: usize, part: usize) -> TransactWriteItem {
        let mut item = if part == 0 { self.ticket.clone() } else { Item::new() };
        item.extend(at(&self.own(&format!("{number}#{part}"))));
        if part == 0 {
            // In lists of their own: the routes' lists hold what routes wrote.
            for partition in ["lpk", "rpk", "dpk"] {
                item.insert(partition.to_owned(), AttributeValue::S(self.own(partition)));
            }
        } else {
            item.insert("v".to_owned(), AttributeValue::S("x".repeat(300)));
        }
        let put = Put::builder().table_name(MAIN).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(pk)").build().expect("a put");
        TransactWriteItem::builder().put(put).build()
    }

    fn own(&self, name: &str) -> String {
        format!("{}#BENCH#{name}", self.tenant)
    }
}

fn at(partition: &str) -> Item {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    Item::from([("pk".to_owned(), text(partition)), ("sk".to_owned(), text("@"))])
}

fn listed(calls: &[(String, Vec<&Recorded>)]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (action, parts) in calls {
        let action = action.rsplit(':').next().unwrap_or_default();
        let named = if parts.len() > 1 { format!("{action} of {}", parts.len()) } else { action.to_owned() };
        *counts.entry(named).or_default() += 1;
    }
    let each: Vec<String> = counts.iter().map(|(action, count)| format!("{count} {action}")).collect();
    each.join(", ")
}
