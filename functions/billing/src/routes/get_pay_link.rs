//! Get the page on which an invoice is paid.

use contract::charging::{GET_PAY_LINK, PayLink};
use contract::invoices::AtInvoice;
use contract::{NoBody, NoQuery};
use domain::error::Refusal;
use runtime::provider::PayPage;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::issued::visible_invoice;
use crate::teller::today;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_PAY_LINK, get_pay_link)
}

async fn get_pay_link(cx: Cx, input: In<AtInvoice, NoQuery, NoBody>) -> Result<Answer<PayLink>> {
    let invoice = visible_invoice(&cx, input.path.invoice).await?.value.invoice;
    if !invoice.is_open() {
        return Err(Refusal::conflict("not_open", "nothing is left to pay of this invoice").into());
    }
    let (id, amount) = (invoice.id, invoice.balance());
    let page = PayPage {
        // One page for what is left, for a day: who asks twice gets the same.
        key: format!("{id}-page-{}-{}", amount.minor(), today(&cx.store, cx.now).await?),
        tenant: cx.store.tenant(),
        invoice: id,
        text: invoice.number.as_ref().map(ToString::to_string).unwrap_or_default(),
        amount,
        back_to: format!("{}/invoices/{id}", cx.world.config.app_url),
    };
    Ok(Answer::of(PayLink { url: cx.world.payments()?.provider.pay_page(&page).await? }))
}
