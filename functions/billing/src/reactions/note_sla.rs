//! Note at the client which SLA its contract gives it, so that no ticket has to look for its contracts. It reads how the
//! contract stands now, so that events in any order, however often, come to the same.

use contract::contracts::NOTE_SLA;
use domain::clients::under_contract;
use domain::events::Event;
use domain::sla::SlaChoice;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(NOTE_SLA, note_sla)
}

async fn note_sla(cx: ReactionCx) -> Result<Commit> {
    let (Event::ContractSigned { contract, .. }
    | Event::ContractAmended { contract, .. }
    | Event::ContractEnded { contract, .. }) = cx.envelope.event
    else {
        return Ok(cx.store.commit());
    };
    let contract = match cx.store.contract_root(contract).await {
        Ok(root) => root.value.contract,
        Err(store::Error::NotFound) => return Ok(cx.store.commit()),
        Err(error) => return Err(error.into()),
    };
    let zone = cx.store.tenant_record().await?.value.zone;
    let today = zone.date(cx.now);
    let sla = if contract.is_in_force(today) { contract.sla } else { SlaChoice::Inherit };
    let client = cx.store.client(contract.client).await?;
    let noted = under_contract(client.value, contract.id, sla, cx.now);
    if noted.events.is_empty() {
        return Ok(cx.store.commit());
    }
    Ok(cx.store.commit().update(&noted.state, client.rev).emit(noted.events))
}
