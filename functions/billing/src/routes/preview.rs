//! Show what the invoice run would bill.

use contract::bills::{BillPreview, BillQuestion, ContractPreview, InvoicePreview, PREVIEW};
use contract::{NoPath, PageQuery};
use domain::billing::contract::ContractState;
use domain::error::Refusal;
use domain::ids::ContractId;
use runtime::context::page;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Error, Handler, In, Result};
use store::contracts::ContractFilter;

use crate::due::{DueContract, is_due};
use crate::house::House;
use crate::preview::{preview, with_others};

/// Most contracts of a page of everybody's: each that is due is several reads.
const MOST_AT_ONCE: u32 = 25;

/// The route.
pub fn route() -> Handler {
    Handler::new(PREVIEW, preview_of)
}

async fn preview_of(cx: Cx, input: In<NoPath, PageQuery, BillQuestion>) -> Result<Answer<BillPreview>> {
    let BillQuestion { client, contract, on } = input.body;
    let mut house = House::of(&cx.store, cx.now).await?;
    house.today = on.unwrap_or(house.today);
    let contracts = match (client, contract) {
        (None, None) => return Ok(Answer::of(of_everybody(&cx, &house, input.query).await?)),
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
            let detail = "must not be named together with a client";
            return Err(Refusal::invalid("/contract", "one_of", detail).into());
        }
    };
    Ok(Answer::of(BillPreview { contracts, next: None }))
}

/// What the run would do with the contracts of a page that are due, the newest first; a contract that is on another one's
/// invoice is shown with that one.
async fn of_everybody(cx: &Cx, house: &House, PageQuery { limit, cursor }: PageQuery) -> Result<BillPreview> {
    let page = page(limit, cursor)?;
    if page.limit > MOST_AT_ONCE {
        return Err(Error::field("?limit", format!("give a limit from 1 to {MOST_AT_ONCE}")));
    }
    let found = cx.store.contracts(ContractFilter { client: None, state: Some(ContractState::Active) }, &page).await?;
    let mut contracts = Vec::new();
    for root in found.items.into_iter().map(|root| root.value.contract).filter(|root| is_due(root, house)) {
        let shown = with_others(&cx.store, house, root.id, cx.now).await?.into_iter();
        let own = shown.filter(|shown| shown.contract == root.id);
        contracts.extend(own.filter(|own| !own.invoices.is_empty() || own.stopped.is_some()));
    }
    Ok(BillPreview { contracts, next: found.next })
}

/// A contract with all invoices that it is on, whoever shares them.
async fn of_contract(cx: &Cx, house: &House, id: ContractId) -> Result<ContractPreview> {
    let all = with_others(&cx.store, house, id, cx.now).await?;
    let is_on = |invoice: &InvoicePreview| invoice.contracts.contains(&id);
    let invoices = all.iter().flat_map(|shown| &shown.invoices).filter(|invoice| is_on(invoice)).cloned().collect();
    let own = all.into_iter().find(|shown| shown.contract == id).ok_or_else(Error::not_found)?;
    Ok(ContractPreview { invoices, ..own })
}
