//! List the contracts.

use contract::contracts::{ContractBrief, ContractQuery, LIST};
use contract::{NoBody, NoPath, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::contracts::ContractFilter;

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_contracts)
}

async fn list_contracts(cx: Cx, input: In<NoPath, ContractQuery, NoBody>) -> Result<Answer<Page<ContractBrief>>> {
    let ContractQuery { client, state, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    if let Some(client) = client {
        cx.may_see(client)?;
    }
    let client = cx.actor.client.or(client);
    let found = cx.store.contracts(ContractFilter { client, state }, &page).await?;
    let items = found.items.into_iter().map(|root| root.value.contract.into()).collect();
    Ok(Answer::of(Page { items, next: found.next }))
}
