//! Get the address of one's calendar of renewals.

use contract::renewals::{CalendarLink, GET_LINK, LinkQuery};
use contract::{NoBody, NoPath};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::calendars::Address;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_LINK, get_calendar_link)
}

async fn get_calendar_link(cx: Cx, input: In<NoPath, LinkQuery, NoBody>) -> Result<Answer<CalendarLink>> {
    if let Some(client) = input.query.client {
        cx.may_see(client)?;
    }
    let client = cx.actor.client.or(input.query.client);
    let address = Address { tenant: cx.store.tenant(), user: cx.actor.user, client };
    let path = format!("/v1/licence-renewals.ics?token={}", address.token(cx.world.secrets()?));
    Ok(Answer::of(CalendarLink { path: path.into() }))
}
