//! Get the page on which an invoice is paid.

use contract::charging::{GET_PAY_LINK, PayLink};
use contract::invoices::AtInvoice;
use contract::{NoBody, NoQuery};
use domain::error::Refusal;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::issued::visible_invoice;
use crate::paying::page_of;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_PAY_LINK, get_pay_link)
}

async fn get_pay_link(cx: Cx, input: In<AtInvoice, NoQuery, NoBody>) -> Result<Answer<PayLink>> {
    let kept = visible_invoice(&cx, input.path.invoice).await?;
    if kept.value.invoice.payable().is_zero() {
        return Err(Refusal::conflict("not_open", "nothing is left to pay of this invoice").into());
    }
    let page = page_of(&cx.world, &cx.store, &kept, cx.now).await?;
    Ok(Answer::of(PayLink { url: cx.world.payments()?.provider.pay_page(&page).await? }))
}
