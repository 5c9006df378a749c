//! Read a time entry.

use contract::work::{AtTime, GET, TimeView};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::tickets::time;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_time)
}

async fn get_time(cx: Cx, input: In<AtTime, NoQuery, NoBody>) -> Result<Answer<TimeView>> {
    Ok(Answer::read(time(&cx, &input.path).await?.map(TimeView::from)))
}
