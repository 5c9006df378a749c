//! List the seats that a contact holds.

use contract::clients::AtContact;
use contract::seats::{LIST_OF_CONTACT, SeatView};
use contract::{NoBody, Page, PageQuery};
use domain::licences::Holder;
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_OF_CONTACT, list_contact_seats)
}

async fn list_contact_seats(cx: Cx, input: In<AtContact, PageQuery, NoBody>) -> Result<Answer<Page<SeatView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    cx.may_see(input.path.client)?;
    let contact = cx.store.contact(input.path.client, input.path.contact).await?.value;
    let holder = Holder::Contact { contact: contact.id };
    Ok(Answer::page(cx.store.held_seats(contact.client, &holder, &page).await?))
}
