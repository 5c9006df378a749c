//! Show what the invoice run would bill.

use contract::bills::{BillPreview, BillQuestion, ContractPreview, PREVIEW};
use contract::{NoPath, NoQuery};
use domain::error::Refusal;
use domain::ids::ContractId;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::due::DueContract;
use crate::house::House;
use crate::preview::preview;

/// The route.
pub fn route() -> Handler {
    Handler::new(PREVIEW, preview_of)
}

async fn preview_of(cx: Cx, input: In<NoPath, NoQuery, BillQuestion>) -> Result<Answer<BillPreview>> {
    let BillQuestion { client, contract, on } = input.body;
    let mut house = House::of(&cx.store, cx.now).await?;
    house.today = on.unwrap_or(house.today);
    let wanted: Vec<ContractId> = match (client, contract) {
        (None, Some(contract)) => vec![contract],
        (Some(client), None) => {
            exist(&cx.store, [("/client", Some(Reference::Client(client)))]).await?;
            cx.store.contracts_of(client).await?
        }
        _ => {
            let detail = "must name a contract here, or a client, and not both";
            return Err(Refusal::invalid("/contract", "required", detail).into());
        }
    };
    let mut contracts = Vec::new();
    for id in wanted {
        let due = DueContract::read(&cx.store, &house, id).await?;
        let shown = preview(&cx.store, &due, &house, cx.now);
        if shown != (ContractPreview { invoices: Vec::new(), stopped: None, ..shown.clone() }) || contract.is_some() {
            contracts.push(shown);
        }
    }
    Ok(Answer::of(BillPreview { contracts }))
}
