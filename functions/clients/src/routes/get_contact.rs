//! Read a contact.

use contract::clients::{AtContact, ContactView, GET_CONTACT};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_CONTACT, get_contact)
}

async fn get_contact(cx: Cx, input: In<AtContact, NoQuery, NoBody>) -> Result<Answer<ContactView>> {
    cx.may_see(input.path.client)?;
    let contact = cx.store.contact(input.path.client, input.path.contact).await?;
    Ok(Answer::read(contact.map(ContactView::from)))
}
