//! Withdraw what was announced at a client.

use contract::insights::{AtKnownEvent, KnownEventView, WITHDRAW_KNOWN_EVENT};
use contract::{NoBody, NoQuery};
use domain::error::Refusal;
use domain::insights::rules::MOST_KNOWN;
use domain::insights::watch::DAYS_BACK;
use jiff::ToSpan;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(WITHDRAW_KNOWN_EVENT, withdraw_known_event)
}

async fn withdraw_known_event(cx: Cx, input: In<AtKnownEvent, NoQuery, NoBody>) -> Result<Answer<KnownEventView>> {
    let AtKnownEvent { client, event } = input.path;
    cx.may_see(client)?;
    let since = cx.here().await?.today.saturating_sub(DAYS_BACK.days());
    let all = cx.store.known_events(client, since, MOST_KNOWN).await?;
    let announced = all.into_iter().find(|announced| announced.id == event).ok_or(Refusal::NotFound)?;
    Ok(Answer::after(cx.store.commit().remove(&announced), announced.into()))
}
