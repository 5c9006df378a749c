//! Take back a seat of a licence.

use contract::NoQuery;
use contract::licences::AtLicence;
use contract::seats::{RELEASE, ReleasedSeat, SeatView};
use domain::error::Refusal;
use domain::licences::seat;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::licensed::visible_licence;

/// The route.
pub fn route() -> Handler {
    Handler::new(RELEASE, release_seat)
}

async fn release_seat(cx: Cx, input: In<AtLicence, NoQuery, ReleasedSeat>) -> Result<Answer<SeatView>> {
    let licence = visible_licence(&cx, input.path.licence).await?.value.licence;
    let ReleasedSeat { holder, until } = input.body;
    let Some(read) = cx.store.seat(licence.id, &holder).await? else {
        return Err(Refusal::invalid("/holder", "unknown", "never held a seat of this licence; check who it is").into());
    };
    let today = cx.here().await?.today;
    let seat = seat::release(read.value.clone(), until.unwrap_or(today), today, cx.now)?;
    if seat == read.value {
        return Ok(Answer::of(seat.into()));
    }
    let parked = cx.store.parked_review(licence.client).await?;
    let commit = cx.store.commit().keep_seats(licence.id, [(Some(&read), &seat)]).review_again(parked.as_ref());
    Ok(Answer::after(commit, seat.into()))
}
