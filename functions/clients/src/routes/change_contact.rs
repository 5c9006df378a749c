//! Change a contact.

use contract::NoQuery;
use contract::clients::{AtContact, CHANGE_CONTACT, ContactChanges, ContactView};
use domain::contacts;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE_CONTACT, change_contact)
}

async fn change_contact(cx: Cx, input: In<AtContact, NoQuery, ContactChanges>) -> Result<Answer<ContactView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    let read = cx.unchanged(cx.store.contact(client.id, input.path.contact).await?)?;
    let ContactChanges { name, email, phone, title, site, unit, active } = input.body;
    let changes = contacts::ContactChanges { name, email, phone, title, site, unit, active };
    Ok(cx.changed(contacts::change(read.value, changes, &client, cx.now)?, read.rev))
}
