//! Propose a contract.

use contract::contracts::{ADD, ContractBrief, NewContract};
use contract::{NoPath, NoQuery};
use domain::billing::contract::{NewContract as Proposal, check_taxes, propose};
use domain::ids::ContractId;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::agreed::{as_asked, fits, lines_asked, products};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add_contract)
}

async fn add_contract(cx: Cx, input: In<NoPath, NoQuery, NewContract>) -> Result<Answer<ContractBrief>> {
    let NewContract { client, name, currency, schedule, terms, proration, lines, sla, renewal, discounts } = input.body;
    let tenant = cx.store.tenant_record().await?.value;
    let lines = lines_asked(&cx, lines, &[], schedule.starts_on)?;
    let (settings, billing) = (cx.store.billing_settings().await?.value, cx.store.client_billing(client).await?.value);
    let currency = currency.or(billing.currency).unwrap_or(tenant.currency);
    let (terms, proration) =
        (terms.unwrap_or_else(|| billing.terms(&settings)), proration.unwrap_or(settings.proration));
    let (schedule, renewal) = (schedule.into(), renewal.into());
    let new = Proposal { client, name, currency, schedule, terms, proration, lines, sla, renewal, discounts };
    let named = [("/client", Some(Reference::Client(client))), ("/sla", Reference::of_choice(sla))];
    let named = named.map(|(at, of)| (at.to_owned(), of)).into_iter();
    exist(&cx.store, named.chain(products(&new.lines))).await?;
    let today = tenant.zone.date(cx.now);
    let id = ContractId::from_uuid(cx.id());
    // Everything is looked at before a number is drawn, so that what is refused costs none.
    let mut proposed = propose(id, "C-0".to_owned(), new, cx.now).map_err(as_asked)?;
    check_taxes(&proposed.lines, &settings)?;
    fits(&proposed)?;
    proposed.number = cx.store.next_contract_number(today).await?;
    let commit = cx.store.commit().create_contract(&proposed, &tenant.zone);
    Ok(Answer::after(commit, proposed.into()).rev(1))
}
