//! What a body refers to must be there, and be for the caller to see.

use domain::error::Refusal;
use domain::ids::{CalendarId, ClientId, PolicyId};
use runtime::{Cx, Result};

/// A client that the caller may see.
pub(crate) async fn client(cx: &Cx, id: ClientId, at: &str) -> Result<()> {
    let read = if cx.actor.sees_client(id) { cx.store.client(id).await.map(|_| ()) } else { Err(store::Error::NotFound) };
    there(read, at, "client")
}

/// A calendar.
pub(crate) async fn calendar(cx: &Cx, id: CalendarId, at: &str) -> Result<()> {
    there(cx.store.calendar(id).await.map(|_| ()), at, "calendar")
}

/// A policy.
pub(crate) async fn policy(cx: &Cx, id: PolicyId, at: &str) -> Result<()> {
    there(cx.store.policy(id).await.map(|_| ()), at, "policy")
}

fn there(read: store::Result<()>, at: &str, what: &str) -> Result<()> {
    match read {
        Err(store::Error::NotFound) => {
            Err(Refusal::invalid(at, "unknown", format!("there is no such {what}; give the id of one from the list")).into())
        }
        read => Ok(read?),
    }
}
