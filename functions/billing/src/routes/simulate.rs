//! Simulate a contract: its next bills, and what an amendment would change.

use contract::NoQuery;
use contract::contracts::AtContract;
use contract::simulation::{SIMULATE, SimulationQuestion, SimulationView};
use domain::billing::contract::check_amended_taxes;
use domain::billing::simulate::simulate;
use futures::try_join;
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
    let (settings, client) = try_join!(cx.store.billing_settings(), cx.store.client_billing(contract.client))?;
    let settings = settings.value;
    let facts = facts(&cx.store, contract, settings.limits).await?;
    let amendment = input.body.amendment.map(|new| asked(&cx, new));
    if let Some(amendment) = &amendment {
        check_amended_taxes(amendment, &settings).map_err(|refusal| refusal.within("/amendment"))?;
    }
    let taxing = settings.taxing(client.value.exemption.as_slice());
    let simulated = simulate(&facts, amendment.as_ref(), taxing, here.today);
    Ok(Answer::of(simulated.map_err(|refusal| Error::from(refusal.within("/amendment")))?.into()))
}
