//! What carries events on in AWS: the table's stream to its function, the bus to the reactions.

use std::fs;
use std::path::PathBuf;

use aws_lambda_events::dynamodb::Event as StreamEvent;
use serde_json::{Value, json};
use store::events::Envelope;

use crate::App;
use crate::embedded::bus::Delivery;
use crate::embedded::dynamo::{Dynamo, MAIN};
use crate::embedded::{Caller, draw};

/// Records that one read of the stream takes, as Lambda's default batch.
const BATCH: usize = 100;
/// Deliveries of one event before it goes to the reaction's dead-letter queue in AWS.
const MAX_DELIVERIES: u32 = 3;

/// Where the stream was read to. Behind the truth after a crash: then events come twice, and reactions know.
#[derive(Debug, Default)]
pub(crate) struct Position {
    after: Option<String>,
    /// Where the next read begins, once there was one. To find that place, the store looks at all that the stream holds.
    iterator: Option<String>,
    kept_in: Option<PathBuf>,
    scrambled: Option<Scrambled>,
}

/// How a bus on a bad day delivers.
#[derive(Debug)]
struct Scrambled {
    seed: u64,
    doubled: u16,
    drawn: u64,
}

impl Scrambled {
    /// What was waiting, some of it twice, in an order of its own.
    fn scramble(&mut self, waiting: &[Delivery]) -> Vec<usize> {
        let mut order: Vec<usize> = Vec::with_capacity(waiting.len() * 2);
        for event in 0..waiting.len() {
            let twice = self.draw(1000) < self.doubled;
            order.extend(std::iter::repeat_n(event, if twice { 2 } else { 1 }));
        }
        for place in (1..order.len()).rev() {
            let other = usize::from(self.draw(u16::try_from(place + 1).unwrap_or(u16::MAX)));
            order.swap(place, other);
        }
        order
    }

    fn draw(&mut self, below: u16) -> u16 {
        self.drawn += 1;
        draw(self.seed, self.drawn, below)
    }
}

impl Position {
    /// From the data folder, or from the beginning.
    pub(crate) fn open(folder: Option<&std::path::Path>) -> Self {
        let kept_in = folder.map(|folder| folder.join("stream-position"));
        let after = kept_in.as_ref().and_then(|file| fs::read_to_string(file).ok());
        Position { after, kept_in, ..Position::default() }
    }

    fn moved_to(&mut self, sequence: String, iterator: Option<String>) {
        if let Some(file) = &self.kept_in {
            let beside = file.with_extension("new");
            if let Err(error) = fs::write(&beside, &sequence).and_then(|()| fs::rename(&beside, file)) {
                tracing::warn!(%error, "the stream's position was not kept; events may come twice after a restart");
            }
        }
        (self.after, self.iterator) = (Some(sequence), iterator);
    }
}

impl App {
    /// From now on the bus delivers out of order, and so many of a thousand events twice, as the seed draws.
    pub async fn scramble_events(&self, seed: u64, doubled: u16) {
        self.position().lock().await.scrambled = Some(Scrambled { seed, doubled, drawn: 0 });
    }

    /// Carries on all that has happened, and what happens because of it, until nothing is left.
    pub fn settle(&self) -> impl Future<Output = ()> + Send {
        self.settle_without(None)
    }

    /// The same, with one reaction left out: it never hears of what happened until now.
    pub(crate) async fn settle_without(&self, left_out: Option<&str>) {
        let mut position = self.position().lock().await;
        loop {
            let carried = self.carry_stream(&mut position).await;
            let delivered = self.deliver(position.scrambled.as_mut(), left_out).await;
            if !carried && !delivered {
                return;
            }
        }
    }

    /// One batch of the stream, to every function behind it. Says whether there was one.
    async fn carry_stream(&self, position: &mut Position) -> bool {
        let Read { records, next } = match read_stream(self.dynamo(), position) {
            Ok(read) => read,
            Err(error) => {
                tracing::error!(error, "the stream cannot be read");
                return false;
            }
        };
        let Some(last) =
            records.last().and_then(|record| record["dynamodb"]["SequenceNumber"].as_str()).map(str::to_owned)
        else {
            return false;
        };
        // The event source's filter: new outbox items only.
        let outbox =
            |record: &&Value| record["eventName"] == "INSERT" && record["dynamodb"]["NewImage"]["event"].is_object();
        let wanted: Vec<Value> = records.iter().filter(outbox).cloned().collect();
        if !wanted.is_empty() {
            let event = json!({ "Records": wanted });
            for function in &self.functions().streams {
                let event: StreamEvent = match serde_json::from_value(event.clone()) {
                    Ok(event) => event,
                    Err(error) => {
                        tracing::error!(%error, "a stream record cannot be read");
                        return false;
                    }
                };
                let caller = Caller::function(function.handler.plumbing.name);
                if !caller
                    .run(function.handler.carry(&function.world, event))
                    .await
                    .is_ok_and(|failed| failed.is_empty())
                {
                    return false; // the position stays: the batch comes again
                }
            }
        }
        position.moved_to(last, next);
        true
    }

    /// Everything on the bus, to the reactions that want it. Says whether there was anything.
    async fn deliver(&self, scrambled: Option<&mut Scrambled>, left_out: Option<&str>) -> bool {
        let waiting: Vec<Delivery> = std::iter::from_fn(|| self.bus().try_next()).collect();
        let in_order = || (0..waiting.len()).collect();
        for at in scrambled.map_or_else(in_order, |scrambled| scrambled.scramble(&waiting)) {
            let event = waiting[at].event();
            match serde_json::from_value::<Envelope>(event.detail.clone()) {
                Ok(envelope) => self.react(&event.detail_type, &envelope, left_out).await,
                Err(error) => tracing::error!(%error, event = event.detail_type, "an event cannot be read"),
            }
        }
        let any = !waiting.is_empty();
        for delivery in waiting {
            if let Err(error) = delivery.done() {
                tracing::warn!(%error, "a delivered event was not forgotten; it may come again");
            }
        }
        any
    }

    async fn react(&self, name: &str, envelope: &Envelope, left_out: Option<&str>) {
        for function in &self.functions().reactions {
            let reaction = &function.handler.reaction;
            if !reaction.on.contains(&name) || !self.listens(reaction.name) || left_out == Some(reaction.name) {
                continue;
            }
            for delivery in 1..=MAX_DELIVERIES {
                let caller = Caller::function(function.handler.reaction.name).confined_to(envelope.tenant.to_string());
                match caller.run(function.handler.react(&function.world, envelope.clone())).await {
                    Ok(()) => break,
                    Err(error) => tracing::warn!(delivery, %error, event = name, "a reaction failed"),
                }
            }
        }
    }
}

/// A batch of the stream, and where the next one begins.
struct Read {
    records: Vec<Value>,
    next: Option<String>,
}

fn read_stream(dynamo: &Dynamo, position: &mut Position) -> Result<Read, String> {
    let iterator = match position.iterator.take() {
        Some(iterator) => iterator,
        None => open_stream(dynamo, position.after.as_deref())?,
    };
    let read = run(dynamo, "GetRecords", &json!({ "ShardIterator": iterator, "Limit": BATCH }))?;
    // Kept even where nothing was found: the batch that fails, or is not there yet, is read from here again.
    position.iterator = Some(iterator);
    let next = read["NextShardIterator"].as_str().map(str::to_owned);
    Ok(Read { records: read["Records"].as_array().cloned().unwrap_or_default(), next })
}

/// An iterator over what comes after a record, or over all that there is.
fn open_stream(dynamo: &Dynamo, after: Option<&str>) -> Result<String, String> {
    let streams = run(dynamo, "ListStreams", &json!({ "TableName": MAIN }))?;
    let arn = &streams["Streams"][0]["StreamArn"];
    let stream = run(dynamo, "DescribeStream", &json!({ "StreamArn": arn }))?;
    let shard = &stream["StreamDescription"]["Shards"][0]["ShardId"];
    let mut from = json!({ "StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" });
    if let Some(after) = after {
        from["ShardIteratorType"] = "AFTER_SEQUENCE_NUMBER".into();
        from["SequenceNumber"] = after.into();
    }
    let iterator = run(dynamo, "GetShardIterator", &from)?;
    iterator["ShardIterator"].as_str().map(str::to_owned).ok_or_else(|| "the stream has no iterator".to_owned())
}

fn run(dynamo: &Dynamo, operation: &str, request: &Value) -> Result<Value, String> {
    dynamo.execute(operation, request).map_err(|error| error.to_string())
}
