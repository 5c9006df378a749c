//! Record what people of a client use. Sets are added to, so that a batch may come in any order and as often as it likes.

use std::collections::BTreeSet;

use contract::NoQuery;
use contract::clients::AtClient;
use contract::usage::{EventBatch, RECORD, UnmatchedEvent, UseEvent, UseRecorded};
use domain::clients::Client;
use domain::licences::usage::{self, Reported};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::reported::{People, features_of, keep, keep_unmatched};

/// The route.
pub fn route() -> Handler {
    Handler::new(RECORD, record_use)
}

async fn record_use(cx: Cx, input: In<AtClient, NoQuery, EventBatch>) -> Result<Answer<UseRecorded>> {
    cx.may_see(input.path.client)?;
    // Days and hours of use are where the people are.
    let Client { id: client, zone, .. } = cx.store.client(input.path.client).await?.value;
    let reported = |UseEvent { id, who, product, feature, at }| Reported { id, who, product, feature, at };
    let batch: Vec<Reported> = input.body.events.into_iter().map(reported).collect();
    usage::check(&batch, &zone, cx.now)?;
    let known = features_of(&cx, &batch).await?;
    let people = People::of(cx.store.all_contacts(client).await?);
    let (mut matched, mut strangers, mut unknown_features) = (Vec::new(), Vec::new(), BTreeSet::new());
    for mut event in batch {
        if event.feature.as_ref().is_some_and(|feature| !known[&event.product].contains(feature)) {
            unknown_features.extend(event.feature.take());
        }
        match people.named(&event.who) {
            Some((contact, unit)) => matched.push((contact, unit, event)),
            None => strangers.push(event),
        }
    }
    let unmatched = |event: &Reported| UnmatchedEvent { id: event.id.clone(), who: event.who.clone() };
    let recorded = UseRecorded {
        recorded: count(matched.len()),
        people: count(matched.iter().map(|(contact, ..)| contact).collect::<BTreeSet<_>>().len()),
        unmatched: strangers.iter().map(unmatched).collect(),
        unknown_features: unknown_features.into_iter().collect(),
    };
    keep(&cx, client, &zone, matched).await?;
    keep_unmatched(&cx, client, &zone, strangers).await?;
    Ok(Answer::of(recorded))
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
