//! See to it that what comes in of a client is billed, also when it has no contract that does.

use contract::contracts::OPEN_ACCOUNTS;
use domain::events::Event;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;

use crate::accounts::{came, taken_care_of};
use crate::house::House;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(OPEN_ACCOUNTS, open_accounts)
}

async fn open_accounts(cx: ReactionCx) -> Result<Commit> {
    let (Event::ChargeAdded { client, .. }
    | Event::BlockSold { client, .. }
    | Event::ContractEnded { client, .. }
    | Event::InvoiceReleased { client, .. }) = cx.envelope.event
    else {
        return Ok(cx.store.commit());
    };
    let Some(house) = House::find(&cx.store, cx.now).await? else { return Ok(cx.store.commit()) };
    let came = came(&cx.store, &house, &cx.envelope.event).await?;
    let (_, commit) = taken_care_of(&cx.store, &house, client, &came, cx.now).await?;
    Ok(commit)
}
