//! Charge something once.

use contract::NoQuery;
use contract::clients::AtClient;
use contract::metering::{ADD_CHARGE, ChargeView, NewCharge};
use domain::billing::bill::woken;
use domain::billing::charges;
use domain::error::Refusal;
use domain::events::Event;
use domain::ids::{ChargeId, ClientId, ContractId};
use domain::invalid::Check;
use futures::try_join;
use runtime::{Answer, Cx, Handler, In, Result};
use store::Versioned;
use store::contracts::KeptContract;

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD_CHARGE, add_charge)
}

async fn add_charge(cx: Cx, input: In<AtClient, NoQuery, NewCharge>) -> Result<Answer<ChargeView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value.id;
    let NewCharge { text, quantity, unit, unit_price, currency, contract, on, taxes } = input.body;
    let (tenant, settings) = try_join!(cx.store.tenant_record(), cx.store.billing_settings())?;
    let tenant = tenant.value;
    let mut check = Check::new();
    settings.value.check_taxes("/taxes", &taxes, &mut check);
    check.done()?;
    let today = tenant.zone.date(cx.now);
    let agreed = match contract {
        Some(contract) => Some(of_client(&cx, client, contract).await?),
        None => None,
    };
    let of_contract = agreed.as_ref().map(|read| read.value.contract.currency);
    let currency = match (currency, of_contract) {
        (Some(named), Some(of_contract)) if named != of_contract => {
            let detail = format!("must be {}, which the contract is in", of_contract.code());
            return Err(Refusal::invalid("/currency", "currencies", detail).into());
        }
        (None, None) => cx.store.client_billing(client).await?.value.currency.unwrap_or(tenant.currency),
        (named, of_contract) => named.or(of_contract).unwrap_or(tenant.currency),
    };
    let on = on.unwrap_or(today);
    let id = ChargeId::from_uuid(cx.id());
    let new = charges::NewCharge {
        id,
        client,
        currency,
        contract,
        on,
        text,
        quantity,
        unit,
        unit_price,
        taxes,
        late_for: None,
    };
    let charge = charges::add(new, Some(cx.actor.user), cx.now)?;
    let event = Event::ChargeAdded { client, charge: id };
    let commit = cx.store.commit().create(&charge).emit([event]);
    // A contract that is over has one more bill, for what is charged under it now.
    let commit = match &agreed {
        Some(read) => match woken(read.value.contract.clone(), today) {
            woken if woken == read.value.contract => commit,
            woken => commit.update_contract(read, &woken, &tenant.zone),
        },
        None => commit,
    };
    Ok(Answer::after(commit, charge.into()).rev(1))
}

/// A contract of this client.
async fn of_client(cx: &Cx, client: ClientId, contract: ContractId) -> Result<Versioned<KeptContract>> {
    let unknown = || Refusal::invalid("/contract", "unknown", "names no contract of this client; check the id");
    match cx.store.contract(contract).await {
        Ok(read) if read.value.contract.client == client => {
            read.value.contract.must_be_signed()?;
            Ok(read)
        }
        Ok(_) | Err(store::Error::NotFound) => Err(unknown().into()),
        Err(error) => Err(error.into()),
    }
}
