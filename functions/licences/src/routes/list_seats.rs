//! List who holds seats of a licence.

use contract::licences::AtLicence;
use contract::seats::{LIST, SeatQuery, SeatState, SeatView};
use contract::{NoBody, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::licensed::visible_licence;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_seats)
}

async fn list_seats(cx: Cx, input: In<AtLicence, SeatQuery, NoBody>) -> Result<Answer<Page<SeatView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    let licence = visible_licence(&cx, input.path.licence).await?.value.licence;
    let held = input.query.state == SeatState::Held;
    Ok(Answer::page(cx.store.seats(licence.id, held, &page).await?))
}
