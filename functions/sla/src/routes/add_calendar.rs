//! Add a calendar.

use contract::calendars::{ADD, CalendarView, NewCalendar};
use contract::{NoPath, NoQuery};
use domain::calendar;
use domain::ids::CalendarId;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add_calendar)
}

async fn add_calendar(cx: Cx, input: In<NoPath, NoQuery, NewCalendar>) -> Result<Answer<CalendarView>> {
    let NewCalendar { name, zone, hours, holidays } = input.body;
    let new = calendar::NewCalendar { name, zone, hours, holidays };
    Ok(cx.added(calendar::add(CalendarId::from_uuid(cx.id()), new, cx.now)?))
}
