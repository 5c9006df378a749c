//! List the calendars.

use contract::calendars::{CalendarView, LIST};
use contract::{NoBody, NoPath, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_calendars)
}

async fn list_calendars(cx: Cx, input: In<NoPath, PageQuery, NoBody>) -> Result<Answer<Page<CalendarView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    Ok(Answer::page(cx.store.calendars(&page).await?))
}
