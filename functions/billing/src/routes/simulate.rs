//! Simulate a contract: its next bills, and what an amendment would change.

use contract::NoQuery;
use contract::contracts::AtContract;
use contract::simulation::{SIMULATE, SimulationQuestion, SimulationView};
use domain::billing::simulate::simulate;
use runtime::{Answer, Cx, Error, Handler, In, Result};

use crate::agreed::{asked, visible_contract};
use crate::facts::facts;

/// The route.
pub fn route() -> Handler {
    Handler::new(SIMULATE, simulated)
}

async fn simulated(cx: Cx, input: In<AtContract, NoQuery, SimulationQuestion>) -> Result<Answer<SimulationView>> {
    let contract = visible_contract(&cx, input.path.contract).await?.value.contract;
    let here = cx.here().await?;
    let limits = cx.store.billing_settings().await?.value.limits;
    let facts = facts(&cx.store, contract, limits).await?;
    let amendment = input.body.amendment.map(|new| asked(&cx, new));
    let simulated = simulate(&facts, amendment.as_ref(), here.today);
    Ok(Answer::of(simulated.map_err(|refusal| Error::from(refusal.within("/amendment")))?.into()))
}
