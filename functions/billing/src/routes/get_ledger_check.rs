//! Read what the last check of the books found.

use contract::ledger::{GET_CHECK, LedgerCheckView};
use contract::{NoBody, NoPath, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};
use store::books::LedgerCheck;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_CHECK, get_ledger_check)
}

async fn get_ledger_check(cx: Cx, _: In<NoPath, NoQuery, NoBody>) -> Result<Answer<LedgerCheckView>> {
    Ok(Answer::of(shown(cx.store.ledger_check().await?.value)))
}

pub(super) fn shown(check: LedgerCheck) -> LedgerCheckView {
    let LedgerCheck { checked_at, records, found, findings, due_at } = check;
    LedgerCheckView { checked_at, records, found, findings, due_at }
}
