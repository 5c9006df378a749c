//! List the time that was logged.

use contract::work::{LIST, TimeFilter, TimeQuery, TimeView};
use contract::{NoBody, NoPath, Page};
use domain::billing::work::{TimeEntry, TimeState};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_time)
}

async fn list_time(cx: Cx, input: In<NoPath, TimeQuery, NoBody>) -> Result<Answer<Page<TimeView>>> {
    let mut query = input.query;
    let page = page(query.limit.take(), query.cursor.take())?;
    if let Some(client) = query.client {
        cx.may_see(client)?;
    }
    let state = query.state.unwrap_or_default();
    let unbilled = match state {
        TimeFilter::Unbilled => Some(true),
        TimeFilter::Billed | TimeFilter::WrittenOff | TimeFilter::NotBillable => Some(false),
        TimeFilter::All => None,
    };
    let client = cx.actor.client.or(query.client);
    let filter = store::work::TimeFilter { unbilled, client, others: format!("{query:?}") };
    let fits = |entry: &TimeEntry| query.person.is_none_or(|person| entry.person == person) && is_in(state, entry);
    Ok(Answer::page(cx.store.time_entries(&filter, &page, fits).await?))
}

fn is_in(state: TimeFilter, entry: &TimeEntry) -> bool {
    match state {
        TimeFilter::Unbilled => entry.is_unbilled(),
        TimeFilter::Billed => matches!(entry.state, TimeState::Billed { .. }),
        TimeFilter::WrittenOff => entry.state == TimeState::WrittenOff {},
        TimeFilter::NotBillable => !entry.billable,
        TimeFilter::All => true,
    }
}
