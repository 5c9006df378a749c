//! Show what is left to pay of an invoice, to whoever has the link from its letter.

use contract::charging::{AtPayPage, SHOW_PAY_PAGE};
use contract::{NoBody, NoQuery};
use domain::billing::documents::facts::Look;
use runtime::paying::named_by;
use runtime::{Answer, Error, Handler, In, PublicCx, Result};

use crate::paying::{page_of, shown};

/// The route.
pub fn route() -> Handler {
    Handler::public(SHOW_PAY_PAGE, show_pay_page)
}

async fn show_pay_page(cx: PublicCx, input: In<AtPayPage, NoQuery, NoBody>) -> Result<Answer<NoBody>> {
    let (tenant, id) = named_by(cx.world.secrets()?, &input.path.link).ok_or_else(Error::not_found)?;
    let store = cx.store.for_tenant(tenant);
    let kept = store.invoice(id).await?;
    let invoice = &kept.value.invoice;
    if Look::of(invoice) == Look::Draft {
        return Err(Error::not_found());
    }
    let letterhead = store.document_settings().await?.value.letterhead;
    let issuer = match letterhead.name {
        Some(name) => name,
        None => store.tenant_record().await?.value.name,
    };
    let url = if invoice.payable().minor() > 0 {
        let page = page_of(&cx.world, &store, &kept, cx.now).await?;
        let asked = cx.world.payments()?.provider.pay_page(&page).await;
        asked.inspect_err(|error| tracing::warn!(%error, "no page to pay on")).ok()
    } else {
        None
    };
    Ok(Answer::text(shown(&issuer, invoice, letterhead.language, url.as_deref())))
}
