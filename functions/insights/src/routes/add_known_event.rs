//! Announce something at a client.

use contract::NoQuery;
use contract::clients::AtClient;
use contract::insights::{ADD_KNOWN_EVENT, KnownEventView, NewKnownEvent};
use domain::error::Refusal;
use domain::ids::KnownEventId;
use domain::insights::KnownEvent;
use domain::insights::rules::{Announced, MOST_KNOWN};
use domain::insights::watch::DAYS_BACK;
use jiff::ToSpan;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD_KNOWN_EVENT, add_known_event)
}

async fn add_known_event(cx: Cx, input: In<AtClient, NoQuery, NewKnownEvent>) -> Result<Answer<KnownEventView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value.id;
    let NewKnownEvent { from, to, why } = input.body;
    let id = KnownEventId::from_uuid(cx.id());
    let announced = Announced { id, client, event: KnownEvent { from, to, why }, by: cx.actor.user, at: cx.now };
    announced.check()?;
    let since = cx.here().await?.today.saturating_sub(DAYS_BACK.days());
    if cx.store.known_events(client, since, MOST_KNOWN).await?.len() >= MOST_KNOWN {
        let detail =
            format!("The client has {MOST_KNOWN} events of the last two years and to come. Announce longer ones.");
        return Err(Refusal::conflict("too_many_events", detail).into());
    }
    Ok(cx.kept(announced))
}
