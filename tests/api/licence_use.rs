//! What people use: reported in any order, as often as the sender likes.

use jiff::civil::date;
use local::embedded::dynamo::MAIN;
use serde_json::{Value, json};
use tests::{Person, Stack};

use crate::licences::{contact, product};

struct Desk {
    owner: Person,
    client: String,
    maya: String,
    product: String,
}

async fn desk() -> Desk {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let client = owner.client("Acme").await;
    let maya = contact(&owner, &client, "Maya Okafor").await;
    let product = product(&owner).await["id"].as_str().unwrap().to_owned();
    Desk { owner, client, maya, product }
}

impl Desk {
    fn used(&self, id: &str, who: &str, at: &str) -> Value {
        json!({ "id": id, "who": who, "product": self.product, "at": at })
    }

    async fn send(&self, events: Vec<Value>) -> tests::Answer {
        let path = format!("/v1/clients/{}/usage-events", self.client);
        self.owner.post(&path).json(&json!({ "events": events })).send().await
    }

    async fn active(&self, on: jiff::civil::Date) -> u32 {
        let store = self.owner.stack.app.world().store.for_tenant(self.owner.tenant.parse().unwrap());
        let month = domain::billing::reports::Month::of(on);
        let days =
            store.active_people(self.client.parse().unwrap(), self.product.parse().unwrap(), month).await.unwrap();
        days.get(&on).map_or(0, |people| people.all)
    }
}

#[tokio::test]
async fn days_of_use_are_those_of_the_clients_zone() {
    let desk = desk().await;
    let west = json!({ "name": "Acme West", "zone": "America/Los_Angeles" });
    let west = desk.owner.create("/v1/clients", west).await["id"].as_str().unwrap().to_owned();
    let maya = contact(&desk.owner, &west, "Maya West").await;
    let desk = Desk { client: west, maya, ..desk };
    desk.send(vec![desk.used("a", &desk.maya, "2026-01-31T00:30:00Z")]).await.expect(200);
    assert_eq!((desk.active(date(2026, 1, 30)).await, desk.active(date(2026, 1, 31)).await), (1, 0));
}

#[tokio::test]
async fn a_batch_is_taken_by_id_and_by_address_and_strangers_are_kept_apart() {
    let desk = desk().await;
    let mut features = desk.used("c", "maya.okafor@acme.example", "2026-02-01T10:00:00Z");
    features["feature"] = json!("teleport");
    let batch = vec![
        desk.used("a", &desk.maya, "2026-02-01T09:00:00Z"),
        desk.used("b", "Maya.Okafor@ACME.example", "2026-01-31T23:30:00Z"),
        features,
        desk.used("d", "Nobody@Acme.example", "2026-02-01T09:00:00Z"),
    ];
    let taken = desk.send(batch).await.expect(200);
    let stranger = json!({ "id": "d", "who": "Nobody@Acme.example" });
    let expected = json!({ "recorded": 3, "people": 1, "unmatched": [stranger], "unknown_features": ["teleport"] });
    assert_eq!(taken, expected);
    // Half past eleven in the evening, in UTC, is the next day in Berlin.
    assert_eq!(desk.active(date(2026, 2, 1)).await, 1);
    assert_eq!(desk.active(date(2026, 1, 31)).await, 0);
}

#[tokio::test]
async fn a_replayed_batch_changes_nothing_in_whatever_order() {
    let desk = desk().await;
    let people = ["maya.okafor@acme.example".to_owned(), "nobody@acme.example".to_owned()];
    let mut events: Vec<Value> = (0..400)
        .map(|n| {
            let at = format!("2026-01-{:02}T{:02}:00:00Z", n % 28 + 1, n % 24);
            desk.used(&n.to_string(), &people[n % 2], &at)
        })
        .collect();
    desk.send(events.clone()).await.expect(200);
    let active = desk.active(date(2026, 1, 7)).await;
    let stored = || {
        let mut items: Vec<String> = desk.owner.stack.items(MAIN).iter().map(Value::to_string).collect();
        items.retain(|item| item.contains("#USE#"));
        items.sort();
        items
    };
    let before = stored();
    assert_eq!(before.len(), 3, "Maya, the stranger, and January: {before:#?}");
    events.reverse();
    desk.send(events.clone()).await.expect(200);
    desk.send(events[7..40].to_vec()).await.expect(200);
    assert_eq!(desk.active(date(2026, 1, 7)).await, active, "nobody counts twice");
    assert_eq!(stored(), before, "a replay writes nothing");
}

#[tokio::test]
async fn a_batch_that_cannot_be_taken_says_which_events() {
    let desk = desk().await;
    let mut unknown = desk.used("c", "x@acme.example", "2026-02-01T09:00:00Z");
    unknown["product"] = json!("prd_01970000000070008000000000000009");
    let problem = desk.send(vec![unknown]).await.with(400);
    assert_eq!(problem.pointers(), ["/events/0/product"]);
    let batch = vec![
        desk.used("a", "x@acme.example", "2026-02-02T11:16:00Z"),
        desk.used("a", "x@acme.example", "2025-01-31T11:00:00Z"),
    ];
    let problem = desk.send(batch).await.with(400);
    assert_eq!(problem.pointers(), ["/events/0/at", "/events/1/at", "/events/1/id"]);
    let many = (0..501).map(|n| desk.used(&n.to_string(), "x@acme.example", "2026-02-01T09:00:00Z")).collect();
    assert_eq!(desk.send(many).await.with(400).pointers(), ["/events"]);
    assert_eq!(desk.send(vec![]).await.with(400).pointers(), ["/events"]);
}
