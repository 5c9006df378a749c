//! Change an SLA policy. The event of it makes open tickets be recomputed.

use contract::NoQuery;
use contract::policies::{AtPolicy, CHANGE, PolicyChanges, PolicyView};
use domain::sla::policy;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::ladder;

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change_policy)
}

async fn change_policy(cx: Cx, input: In<AtPolicy, NoQuery, PolicyChanges>) -> Result<Answer<PolicyView>> {
    let PolicyChanges { name, targets, warnings, ladder, calendar, client_calendar_first } = input.body;
    let mut named = ladder::named(ladder.as_deref().unwrap_or_default());
    named.push(("/calendar".to_owned(), calendar.flatten().map(Reference::Calendar)));
    let read = cx.unchanged(cx.store.policy(input.path.policy).await?)?;
    let changes = policy::PolicyChanges { name, targets, warnings, ladder, calendar, client_calendar_first };
    let changed = policy::change(read.value, changes, cx.now)?;
    exist(&cx.store, named).await?;
    Ok(cx.changed(changed, read.rev))
}
