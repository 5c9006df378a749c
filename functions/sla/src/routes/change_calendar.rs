//! Change a calendar. The event of it makes open tickets be recomputed.

use contract::NoQuery;
use contract::calendars::{AtCalendar, CHANGE, CalendarChanges, CalendarView};
use domain::calendar;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change_calendar)
}

async fn change_calendar(cx: Cx, input: In<AtCalendar, NoQuery, CalendarChanges>) -> Result<Answer<CalendarView>> {
    let read = cx.unchanged(cx.store.calendar(input.path.calendar).await?)?;
    let CalendarChanges { name, zone, hours, holidays } = input.body;
    let changes = calendar::CalendarChanges { name, zone, hours, holidays };
    Ok(cx.changed(calendar::change(read.value, changes, cx.now)?, read.rev))
}
