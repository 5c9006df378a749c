//! Show what the invoice run would bill.

use contract::bills::{BillPreview, BillQuestion, ContractPreview, InvoicePreview, PREVIEW};
use contract::{NoPath, NoQuery};
use domain::error::Refusal;
use domain::ids::ContractId;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Error, Handler, In, Result};

use crate::due::DueContract;
use crate::house::House;
use crate::preview::{preview, with_others};

/// The route.
pub fn route() -> Handler {
    Handler::new(PREVIEW, preview_of)
}

async fn preview_of(cx: Cx, input: In<NoPath, NoQuery, BillQuestion>) -> Result<Answer<BillPreview>> {
    let BillQuestion { client, contract, on } = input.body;
    let mut house = House::of(&cx.store, cx.now).await?;
    house.today = on.unwrap_or(house.today);
    let contracts = match (client, contract) {
        (None, Some(contract)) => vec![of_contract(&cx, &house, contract).await?],
        (Some(client), None) => {
            exist(&cx.store, [("/client", Some(Reference::Client(client)))]).await?;
            let mut all = Vec::new();
            for id in cx.store.contracts_of(client).await? {
                all.push(DueContract::read(&cx.store, &house, id).await?);
            }
            let mut shown = preview(&cx.store, &house, all, cx.now);
            shown.retain(|shown| !shown.invoices.is_empty() || shown.stopped.is_some());
            shown
        }
        _ => {
            let detail = "must name a contract here, or a client, and not both";
            return Err(Refusal::invalid("/contract", "required", detail).into());
        }
    };
    Ok(Answer::of(BillPreview { contracts }))
}

/// A contract with all invoices that it is on, whoever shares them.
async fn of_contract(cx: &Cx, house: &House, id: ContractId) -> Result<ContractPreview> {
    let all = with_others(&cx.store, house, id, cx.now).await?;
    let is_on = |invoice: &InvoicePreview| invoice.contracts.contains(&id);
    let invoices = all.iter().flat_map(|shown| &shown.invoices).filter(|invoice| is_on(invoice)).cloned().collect();
    let own = all.into_iter().find(|shown| shown.contract == id).ok_or_else(Error::not_found)?;
    Ok(ContractPreview { invoices, ..own })
}
