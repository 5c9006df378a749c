//! Simulate a contract: its next bills, and what an amendment would change.

use std::collections::BTreeSet;

use contract::NoQuery;
use contract::contracts::AtContract;
use contract::simulation::{SIMULATE, SimulationQuestion, SimulationView};
use domain::billing::bill::Facts;
use domain::billing::contract::{Amendment, Contract, Followed, check_amended_taxes};
use domain::billing::settings::BillingSettings;
use domain::billing::simulate::simulate;
use domain::error::Refusal;
use futures::future::try_join_all;
use futures::try_join;
use jiff::civil::Date;
use runtime::references::exist;
use runtime::{Answer, Cx, Error, Handler, In, Result};

use crate::agreed::{as_asked, asked, followed, named, visible_contract};
use crate::counting::missing;
use crate::facts::{counted, facts};

/// The route.
pub fn route() -> Handler {
    Handler::new(SIMULATE, simulated)
}

async fn simulated(cx: Cx, input: In<AtContract, NoQuery, SimulationQuestion>) -> Result<Answer<SimulationView>> {
    let contract = visible_contract(&cx, input.path.contract).await?.value.contract;
    let here = cx.here().await?;
    let (settings, client) = try_join!(cx.store.billing_settings(), cx.store.client_billing(contract.client))?;
    let settings = settings.value;
    let amendment = input.body.amendment.map(|new| asked(&cx, new));
    if let Some(amendment) = &amendment {
        check_amended_taxes(amendment, &settings).map_err(|refusal| refusal.within("/amendment"))?;
        let named = named(amendment).into_iter().map(|(at, of)| (format!("/amendment{at}"), of));
        exist(&cx.store, named).await?;
    }
    let facts = as_if_made(&cx, contract, amendment.as_ref(), &settings, here.today).await?;
    let taxing = settings.taxing(client.value.exemption.as_slice());
    let simulated = simulate(&facts, amendment.as_ref(), taxing, here.today);
    let within = |refusal: Refusal| Error::from(as_asked(refusal).within("/amendment"));
    Ok(Answer::of(simulated.map_err(within)?.into()))
}

/// What the bills depend on when the proposal is signed, or the amendment made, now: what it makes lines follow is counted then.
async fn as_if_made(
    cx: &Cx,
    contract: Contract,
    amendment: Option<&Amendment>,
    settings: &BillingSettings,
    today: Date,
) -> Result<Facts> {
    let (client, first) = (contract.client, contract.schedule.starts_on);
    let mut all = counted(&contract);
    let new: BTreeSet<Followed> = amendment.into_iter().flat_map(followed).map(|(_, of)| of).collect();
    let new: Vec<Followed> = new.difference(&all).copied().collect();
    let mut facts = facts(&cx.store, contract, settings).await?;
    let known = try_join_all(new.iter().map(|of| cx.store.counts(client, *of, None))).await?;
    facts.counts.extend(known.into_iter().flatten());
    all.extend(new);
    facts.counts.extend(missing(&cx.store, client, all, (first, today)).await?);
    Ok(facts)
}
