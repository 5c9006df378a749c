//! Read a calendar.

use contract::calendars::{AtCalendar, CalendarView, GET};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_calendar)
}

async fn get_calendar(cx: Cx, input: In<AtCalendar, NoQuery, NoBody>) -> Result<Answer<CalendarView>> {
    let calendar = cx.store.calendar(input.path.calendar).await?;
    Ok(Answer::read(calendar.map(CalendarView::from)))
}
