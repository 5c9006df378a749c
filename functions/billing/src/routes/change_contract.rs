//! Change a proposal.

use contract::NoQuery;
use contract::contracts::{AtContract, CHANGE, ContractChanges, ContractView};
use domain::billing::contract::{ContractChanges as Revision, check_taxes, revise};
use domain::billing::cycle::Schedule;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::agreed::{as_asked, changed, lines_asked, products, visible_contract};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change_contract)
}

async fn change_contract(cx: Cx, input: In<AtContract, NoQuery, ContractChanges>) -> Result<Answer<ContractView>> {
    let read = cx.unchanged(visible_contract(&cx, input.path.contract).await?)?;
    let ContractChanges { name, currency, schedule, terms, proration, lines, sla, renewal, discounts } = input.body;
    let contract = &read.value.contract;
    let schedule: Option<Schedule> = schedule.map(Into::into);
    let starts_on = schedule.unwrap_or(contract.schedule).starts_on;
    let lines = lines.map(|lines| lines_asked(&cx, lines, &contract.lines, starts_on)).transpose()?;
    if let Some(lines) = &lines {
        exist(&cx.store, products(lines)).await?;
        check_taxes(lines, &cx.store.billing_settings().await?.value)?;
    }
    let renewal = renewal.map(Into::into);
    let changes = Revision { name, currency, schedule, terms, proration, lines, sla, renewal, discounts };
    let after = revise(contract.clone(), changes, cx.now).map_err(as_asked)?;
    exist(&cx.store, [("/sla", sla.and_then(Reference::of_choice))]).await?;
    let here = cx.here().await?;
    changed(&cx, read, after, &here, None)
}
