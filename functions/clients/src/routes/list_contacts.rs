//! List a client's contacts.

use contract::clients::{AtClient, ContactView, LIST_CONTACTS};
use contract::{NoBody, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_CONTACTS, list_contacts)
}

async fn list_contacts(cx: Cx, input: In<AtClient, PageQuery, NoBody>) -> Result<Answer<Page<ContactView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    Ok(Answer::page(cx.store.contacts(client.id, &page).await?))
}
