//! Add an SLA policy.

use contract::policies::{ADD, NewPolicy, PolicyView};
use contract::{NoPath, NoQuery};
use domain::ids::PolicyId;
use domain::sla::policy;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::ladder;

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add_policy)
}

async fn add_policy(cx: Cx, input: In<NoPath, NoQuery, NewPolicy>) -> Result<Answer<PolicyView>> {
    let NewPolicy { name, targets, warnings, ladder, calendar, client_calendar_first } = input.body;
    let mut named = ladder::named(&ladder);
    named.push(("/calendar".to_owned(), calendar.map(Reference::Calendar)));
    let new = policy::NewPolicy { name, targets, warnings, ladder, calendar, client_calendar_first };
    let added = policy::add(PolicyId::from_uuid(cx.id()), new, cx.now)?;
    exist(&cx.store, named).await?;
    Ok(cx.added(added))
}
