//! Sign a contract: it is billed from its first day on, and its SLA holds.

use contract::contracts::{AtContract, ContractBrief, SIGN};
use contract::{NoBody, NoQuery};
use domain::billing::contract::{activate, check_taxes};
use domain::events::Event;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::agreed::{changed, visible_contract};

/// The route.
pub fn route() -> Handler {
    Handler::new(SIGN, sign_contract)
}

async fn sign_contract(cx: Cx, input: In<AtContract, NoQuery, NoBody>) -> Result<Answer<ContractBrief>> {
    let read = visible_contract(&cx, input.path.contract).await?;
    let signed = activate(read.value.contract.clone(), cx.now)?;
    check_taxes(&signed.lines, &cx.store.billing_settings().await?.value)?;
    let here = cx.here().await?;
    let event = Event::ContractSigned { contract: signed.id, client: signed.client };
    changed(&cx, read, signed, &here, Some(event))
}
