//! Read a contract.

use contract::contracts::{AtContract, ContractView, GET};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::agreed::{shown, visible_contract};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_contract)
}

async fn get_contract(cx: Cx, input: In<AtContract, NoQuery, NoBody>) -> Result<Answer<ContractView>> {
    Ok(shown(visible_contract(&cx, input.path.contract).await?))
}
