//! Charge something once.

use contract::NoQuery;
use contract::clients::AtClient;
use contract::metering::{ADD_CHARGE, ChargeView, NewCharge};
use domain::billing::charges;
use domain::billing::contract::ContractState;
use domain::error::Refusal;
use domain::ids::{ChargeId, ClientId, ContractId};
use iso_currency::Currency;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD_CHARGE, add_charge)
}

async fn add_charge(cx: Cx, input: In<AtClient, NoQuery, NewCharge>) -> Result<Answer<ChargeView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value.id;
    let NewCharge { text, quantity, unit, unit_price, currency, contract, on, taxes } = input.body;
    let tenant = cx.store.tenant_record().await?.value;
    let of_contract = match contract {
        Some(contract) => Some(currency_of(&cx, client, contract).await?),
        None => None,
    };
    let currency = match (currency, of_contract) {
        (Some(named), Some(of_contract)) if named != of_contract => {
            let detail = format!("must be {}, which the contract is in", of_contract.code());
            return Err(Refusal::invalid("/currency", "currencies", detail).into());
        }
        (named, of_contract) => named.or(of_contract).unwrap_or(tenant.currency),
    };
    let on = on.unwrap_or_else(|| cx.now.to_zoned(tenant.zone.rules().clone()).date());
    let id = ChargeId::from_uuid(cx.id());
    let new = charges::NewCharge { id, client, currency, contract, on, text, quantity, unit, unit_price, taxes };
    let charge = charges::add(new, Some(cx.actor.user), cx.now)?;
    Ok(Answer::after(cx.store.commit().create(&charge), charge.into()).rev(1))
}

/// The currency of a contract of this client.
async fn currency_of(cx: &Cx, client: ClientId, contract: ContractId) -> Result<Currency> {
    let unknown = || Refusal::invalid("/contract", "unknown", "names no contract of this client; check the id");
    match cx.store.contract_root(contract).await {
        Ok(root) if root.value.contract.client == client && root.value.contract.state == ContractState::Ended => {
            let detail = format!("{} is over; name no contract, or another one", root.value.contract.number);
            Err(Refusal::conflict("contract_ended", detail).into())
        }
        Ok(root) if root.value.contract.client == client => Ok(root.value.contract.currency),
        Ok(_) | Err(store::Error::NotFound) => Err(unknown().into()),
        Err(error) => Err(error.into()),
    }
}
