//! Read a contract.

use contract::contracts::{AtContract, ContractView, GET};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::agreed::visible_contract;
use crate::included::hours_of;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_contract)
}

async fn get_contract(cx: Cx, input: In<AtContract, NoQuery, NoBody>) -> Result<Answer<ContractView>> {
    let read = visible_contract(&cx, input.path.contract).await?;
    let hours = hours_of(&cx.store, &read, cx.now).await?;
    Ok(Answer::read(read.map(|kept| ContractView { hours, ..kept.contract.into() })))
}
