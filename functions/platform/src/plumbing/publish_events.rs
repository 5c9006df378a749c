//! Carry what happened from the table's stream to the bus.

use aws_lambda_events::dynamodb::{Event as StreamEvent, EventRecord};
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use contract::platform::PUBLISH_EVENTS;
use jiff::Timestamp;
use runtime::{Result, StreamHandler, World};
use serde::Deserialize;
use serde_dynamo::AttributeValue;
use store::events::OUTBOX_ATTRIBUTE;

/// Where the events on the bus say that they come from.
const SOURCE: &str = "steward";
/// Most entries that one `PutEvents` takes.
const MAX_ENTRIES: usize = 10;

/// The function.
pub fn plumbing() -> StreamHandler {
    StreamHandler::new(PUBLISH_EVENTS, publish)
}

/// What must be known of an event to put it on the bus. Its kinds are nobody's business here.
#[derive(Deserialize)]
struct Head {
    at: Timestamp,
    event: Kind,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    name: String,
}

struct Outgoing {
    /// The record's place in the stream.
    sequence: String,
    entry: PutEventsRequestEntry,
}

async fn publish(world: World, batch: StreamEvent) -> Result<Vec<String>> {
    let mut failed = Vec::new();
    let mut outgoing = Vec::new();
    for record in batch.records {
        let sequence = record.change.sequence_number.clone().unwrap_or_default();
        match entry(&world.config.bus, &record) {
            Some(Ok(entry)) => outgoing.push(Outgoing { sequence, entry }),
            Some(Err(error)) => {
                tracing::error!(sequence, %error, "an outbox item does not read back");
                failed.push(sequence);
            }
            None => {}
        }
    }
    for some in outgoing.chunks(MAX_ENTRIES) {
        failed.extend(put(&world, some).await);
    }
    Ok(failed)
}

/// The bus entry of an outbox item; other records carry none.
fn entry(bus: &str, record: &EventRecord) -> Option<serde_json::Result<PutEventsRequestEntry>> {
    let AttributeValue::S(json) = record.change.new_image.get(OUTBOX_ATTRIBUTE)? else { return None };
    let entry = serde_json::from_str::<Head>(json).map(|head| {
        PutEventsRequestEntry::builder()
            .event_bus_name(bus)
            .source(SOURCE)
            .detail_type(head.event.name)
            .detail(json)
            .time(DateTime::from_secs(head.at.as_second()))
            .build()
    });
    Some(entry)
}

/// Puts up to [`MAX_ENTRIES`] on the bus; gives the places of those that it did not take.
async fn put(world: &World, some: &[Outgoing]) -> Vec<String> {
    let entries = some.iter().map(|outgoing| outgoing.entry.clone()).collect();
    match world.events.put_events().set_entries(Some(entries)).send().await {
        Ok(taken) => {
            let refused = some.iter().zip(taken.entries()).filter(|(_, result)| result.error_code().is_some());
            refused
                .map(|(outgoing, result)| {
                    tracing::warn!(
                        sequence = outgoing.sequence,
                        error = result.error_code(),
                        "the bus refused an event"
                    );
                    outgoing.sequence.clone()
                })
                .collect()
        }
        Err(error) => {
            tracing::warn!(?error, "the bus is out of reach");
            some.iter().map(|outgoing| outgoing.sequence.clone()).collect()
        }
    }
}
