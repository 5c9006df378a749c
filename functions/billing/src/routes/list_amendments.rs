//! List a contract's amendments.

use contract::amendments::{AmendmentView, LIST};
use contract::contracts::AtContract;
use contract::{NoBody, Page, PageQuery};
use domain::billing::contract::Amendment;
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::contracts::KeptAmendment;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_amendments)
}

async fn list_amendments(cx: Cx, input: In<AtContract, PageQuery, NoBody>) -> Result<Answer<Page<AmendmentView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    let contract = cx.store.contract_root(input.path.contract).await?.value.contract;
    cx.may_see(contract.client)?;
    let found = cx.store.amendments(contract.id, &page).await?;
    Ok(Answer::of(Page { items: found.items.into_iter().map(|kept| view(kept.value)).collect(), next: found.next }))
}

fn view(KeptAmendment { id, amendment, .. }: KeptAmendment) -> AmendmentView {
    let Amendment { effective_on, changes, note, by, at } = amendment;
    AmendmentView { id, effective_on, changes, note, by, at }
}
