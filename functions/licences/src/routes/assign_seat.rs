//! Give a seat of a licence to somebody.

use contract::NoQuery;
use contract::licences::AtLicence;
use contract::seats::{ASSIGN, NewSeat, SeatView};
use domain::licences::{Holder, seat};
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::licensed::visible_licence;

/// The route.
pub fn route() -> Handler {
    Handler::new(ASSIGN, assign_seat)
}

async fn assign_seat(cx: Cx, input: In<AtLicence, NoQuery, NewSeat>) -> Result<Answer<SeatView>> {
    let licence = visible_licence(&cx, input.path.licence).await?.value.licence;
    let NewSeat { holder, since } = input.body;
    let contact = match &holder {
        Holder::Contact { contact } => Some(Reference::Contact(licence.client, *contact)),
        Holder::Device { .. } => None,
    };
    exist(&cx.store, [("/holder/contact", contact)]).await?;
    let today = cx.here().await?.today;
    let before = cx.store.seat(licence.id, &holder).await?;
    let known = before.as_ref().map(|read| read.value.clone());
    let seat = seat::assign(known.clone(), &licence, holder, since.unwrap_or(today), today, cx.now)?;
    if known.as_ref() == Some(&seat) {
        return Ok(Answer::of(seat.into()));
    }
    let parked = cx.store.parked_review(licence.client).await?;
    let commit = cx.store.commit().keep_seats(licence.id, [(before.as_ref(), &seat)]).review_again(parked.as_ref());
    Ok(Answer::after(commit, seat.into()))
}
