//! Amend a signed contract.

use contract::NoQuery;
use contract::amendments::{AMEND, NewAmendment};
use contract::contracts::{AtContract, ContractBrief};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::agreed::{amended, asked, visible_contract};

/// The route.
pub fn route() -> Handler {
    Handler::new(AMEND, amend_contract)
}

async fn amend_contract(cx: Cx, input: In<AtContract, NoQuery, NewAmendment>) -> Result<Answer<ContractBrief>> {
    let read = visible_contract(&cx, input.path.contract).await?;
    let here = cx.here().await?;
    let amendment = asked(&cx, input.body);
    amended(&cx, read, amendment, &here).await
}
