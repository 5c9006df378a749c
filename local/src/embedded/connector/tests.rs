use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use aws_sdk_s3::primitives::ByteStream;

use super::*;
use crate::clock::MovableClock;
use crate::embedded::{Gate, Rates, Side, s3};

struct Stack {
    seam: Seam,
    bus: Bus,
    clients: Clients,
    _folder: tempfile::TempDir,
}

fn stack(retries: RetryConfig) -> Stack {
    let folder = tempfile::tempdir().expect("a folder");
    let bus = Bus::in_memory(MovableClock::real());
    let objects = s3::service(folder.path().to_owned(), &["files"]).expect("objects");
    let seam = Seam::new(Dynamo::in_memory().expect("a database"), objects, bus.clone());
    let clients = seam.clients("http://localhost:8001", retries);
    Stack { seam, bus, clients, _folder: folder }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn put_of(pk: &str) -> TransactWriteItem {
    let put = Put::builder().table_name("Main").item("pk", text(pk)).item("sk", text("@"));
    TransactWriteItem::builder().put(put.build().expect("a put")).build()
}

impl Stack {
    async fn put(&self, pk: &str) -> Result<(), aws_sdk_dynamodb::Error> {
        let put = self.clients.dynamodb.put_item().table_name("Main");
        put.item("pk", text(pk)).item("sk", text("@")).send().await?;
        Ok(())
    }

    async fn transact(&self, pks: &[&str]) -> Result<(), aws_sdk_dynamodb::Error> {
        let items = pks.iter().map(|pk| put_of(pk)).collect();
        let transact = self.clients.dynamodb.transact_write_items();
        transact.set_transact_items(Some(items)).send().await?;
        Ok(())
    }

    async fn has(&self, pk: &str) -> bool {
        let get = self.clients.dynamodb.get_item().table_name("Main");
        let got = get.key("pk", text(pk)).key("sk", text("@")).send().await.expect("got");
        got.item.is_some()
    }
}

#[tokio::test]
async fn the_three_services_answer_without_a_socket() {
    let stack = stack(no_retries());
    stack.put("ten_1#A").await.expect("put");
    assert!(stack.has("ten_1#A").await);

    let put = stack.clients.s3.put_object().bucket("files").key("ten_1/a");
    put.body(ByteStream::from_static(b"x")).send().await.expect("put");

    let entry = aws_sdk_eventbridge::types::PutEventsRequestEntry::builder()
        .source("steward")
        .detail_type("ticket.opened")
        .detail("{}")
        .time(aws_smithy_types::DateTime::from_millis(1_767_225_600_250))
        .build();
    let answer = stack.clients.events.put_events().entries(entry).send().await.expect("put");
    assert_eq!(answer.failed_entry_count(), 0);
    let event = stack.bus.try_next().expect("an event").event().clone();
    assert_eq!(Some(event.id.as_str()), answer.entries()[0].event_id());
    assert_eq!(event.time, "2026-01-01T00:00:00.25Z");
}

#[tokio::test]
async fn every_action_is_recorded_with_who_did_it() {
    let stack = stack(no_retries());
    stack.put("ten_1#unseen").await.expect("put");
    stack.seam.recorder().start();
    let work = async {
        stack.transact(&["ten_1#A", "ten_1#B"]).await.expect("written");
        stack.has("ten_1#A").await
    };
    assert!(Caller::function("tickets-open").run(work).await);
    let recorded = stack.seam.recorder().take();
    let seen: Vec<_> = recorded
        .iter()
        .map(|one| (one.call, one.function.as_str(), one.touch.action.as_str(), one.touch.keys.concat()))
        .collect();
    assert_eq!(
        seen,
        [
            (1, "tickets-open", "dynamodb:PutItem", "ten_1#A".to_owned()),
            (1, "tickets-open", "dynamodb:PutItem", "ten_1#B".to_owned()),
            (2, "tickets-open", "dynamodb:GetItem", "ten_1#A".to_owned()),
        ]
    );
    assert_eq!(stack.seam.recorder().calls(), 3);
}

#[tokio::test]
async fn another_tenants_key_is_refused_and_nothing_is_written() {
    let stack = stack(no_retries());
    let caller = Caller::function("tickets-open").confined_to("ten_1");
    let error = caller.clone().run(stack.transact(&["ten_1#A", "ten_10#B"])).await.expect_err("refused");
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert!(error.message().is_some_and(|message| message.contains("ten_10#B")), "{error:?}");
    assert!(!stack.has("ten_1#A").await);
    caller.run(stack.transact(&["ten_1#A", "-#EMAIL#a@b.c"])).await.expect("its own and nobody's");
}

#[tokio::test]
async fn a_fault_before_the_call_leaves_nothing_and_a_lost_answer_leaves_the_effect() {
    let stack = stack(no_retries());
    for (fault, pk, applied) in [
        (Fault::Throttled, "ten_1#A", false),
        (Fault::Conflict, "ten_1#B", false),
        (Fault::NotSent, "ten_1#C", false),
        (Fault::AnswerLost, "ten_1#D", true),
    ] {
        stack.seam.inject(Faults::script([(0, fault)]));
        stack.transact(&[pk]).await.expect_err("a fault");
        assert_eq!(stack.has(pk).await, applied, "{fault:?}");
    }
}

#[tokio::test]
async fn faults_look_as_the_sdk_expects_them() {
    let stack = stack(no_retries());
    let failing = async |fault| {
        stack.seam.inject(Faults::script([(0, fault)]));
        stack.transact(&["ten_1#A", "ten_1#B"]).await.expect_err("a fault")
    };
    assert_eq!(failing(Fault::Throttled).await.code(), Some("ThrottlingException"));
    match failing(Fault::Conflict).await {
        aws_sdk_dynamodb::Error::TransactionCanceledException(cancelled) => {
            let codes: Vec<_> = cancelled.cancellation_reasons().iter().map(|why| why.code()).collect();
            assert_eq!(codes, [Some("TransactionConflict"), Some("None")]);
        }
        other => panic!("{other:?}"),
    }
    stack.seam.inject(Faults::script([(0, Fault::Conflict)]));
    let error = stack.put("ten_1#A").await.expect_err("a fault");
    assert!(matches!(error, aws_sdk_dynamodb::Error::TransactionConflictException(_)), "{error:?}");

    stack.seam.inject(Faults::script([(0, Fault::Throttled)]));
    let head = stack.clients.s3.get_object().bucket("files").key("a").send().await;
    assert_eq!(head.expect_err("a fault").code(), Some("SlowDown"));
}

#[tokio::test]
async fn the_sdk_retries_over_a_bad_day_and_a_retried_transaction_has_one_effect() {
    let stack = stack(quick_retries());
    stack.seam.inject(Faults::script([(0, Fault::Throttled), (1, Fault::AnswerLost)]));
    stack.transact(&["ten_1#A"]).await.expect("the third attempt");
    let plan = stack.seam.inject(Faults::none());
    assert_eq!(plan.seen(), 3);
}

#[tokio::test]
async fn the_dead_reach_nothing() {
    for (side, applied) in [(Side::Before, false), (Side::After, true)] {
        let stack = stack(no_retries());
        let gate = Gate::shut();
        stack.seam.inject(Faults::none().held_from(1, side, &gate).only_for("scan"));
        let work = async {
            stack.put("ten_1#A").await.expect("alive");
            stack.put("ten_1#B").await.expect("nobody learns of it");
            stack.put("ten_1#C").await.expect("never sent");
        };
        // Dropped where it stands: that is how a process dies.
        tokio::select! {
            () = Caller::function("scan").run(work) => panic!("it went through a gate that is shut"),
            () = gate.reached() => {}
        }
        stack.seam.inject(Faults::none());
        assert_eq!(stack.has("ten_1#B").await, applied, "{side:?}");
        assert!(!stack.has("ten_1#C").await);
    }
}

#[tokio::test]
async fn a_seeded_bad_day_is_survived_by_a_caller_that_tries_again() {
    let stack = stack(no_retries());
    let rates = Rates { throttled: 100, conflict: 50, not_sent: 50, answer_lost: 50 };
    stack.seam.inject(Faults::seeded(42, rates));
    for number in 0..50 {
        while stack.put(&format!("ten_1#{number}")).await.is_err() {}
    }
    let judged = stack.seam.inject(Faults::none()).seen();
    assert!(judged > 50, "a quarter of the calls fail");
    for number in 0..50 {
        assert!(stack.has(&format!("ten_1#{number}")).await);
    }
}

#[tokio::test(start_paused = true)]
async fn an_index_that_lags_is_as_old_as_was_said_and_no_older() {
    const LAG: Duration = Duration::from_secs(3);
    let stack = stack(no_retries());
    let listed = || async {
        let query = stack.clients.dynamodb.query().table_name("Main").index_name("by_list");
        let query = query.key_condition_expression("lpk = :l").expression_attribute_values(":l", text("ten_1#L"));
        query.send().await.expect("listed").items().len()
    };
    let put = |name: &str| {
        let put = stack.clients.dynamodb.put_item().table_name("Main").item("pk", text(name)).item("sk", text("@"));
        put.item("lpk", text("ten_1#L")).item("lsk", text(name)).send()
    };
    put("ten_1#A").await.expect("put");
    stack.seam.lag_indexes(1, LAG).expect("a copy");
    assert_eq!(listed().await, 1, "what was there before");
    put("ten_1#B").await.expect("put");
    assert_eq!(listed().await, 1, "not seen yet");
    tokio::time::advance(LAG).await;
    assert_eq!(listed().await, 2, "seen at the latest after the lag");
    let delete = stack.clients.dynamodb.delete_item().table_name("Main");
    delete.key("pk", text("ten_1#A")).key("sk", text("@")).send().await.expect("deleted");
    assert_eq!(listed().await, 2, "still seen");
    tokio::time::advance(LAG).await;
    assert_eq!(listed().await, 1);
}
