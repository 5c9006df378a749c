//! Say that a time entry will never be billed.

use contract::work::{AtTime, TimeView, WRITE_OFF};
use contract::{NoBody, NoQuery};
use domain::billing::work::entry;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::tickets::time;

/// The route.
pub fn route() -> Handler {
    Handler::new(WRITE_OFF, write_off_time)
}

async fn write_off_time(cx: Cx, input: In<AtTime, NoQuery, NoBody>) -> Result<Answer<TimeView>> {
    let read = time(&cx, &input.path).await?;
    let written_off = entry::write_off(read.value.clone(), cx.now)?;
    Ok(cx.replaced(&read, written_off))
}
