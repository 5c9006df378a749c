//! Add a contact to a client.

use contract::NoQuery;
use contract::clients::{ADD_CONTACT, AtClient, ContactView, NewContact};
use domain::contacts;
use domain::ids::ContactId;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD_CONTACT, add_contact)
}

async fn add_contact(cx: Cx, input: In<AtClient, NoQuery, NewContact>) -> Result<Answer<ContactView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    let NewContact { name, email, phone, title, site, unit } = input.body;
    let new = contacts::NewContact { name, email, phone, title, site, unit };
    Ok(cx.added(contacts::add(ContactId::from_uuid(cx.id()), new, &client, cx.now)?))
}
