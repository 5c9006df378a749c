//! Ask for a check of the books.

use contract::ledger::{ASK_CHECK, LedgerCheckView};
use contract::{NoBody, NoPath, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};
use store::books::LedgerCheck;

use super::get_ledger_check::shown;

/// The route.
pub fn route() -> Handler {
    Handler::new(ASK_CHECK, ask_ledger_check)
}

async fn ask_ledger_check(cx: Cx, _: In<NoPath, NoQuery, NoBody>) -> Result<Answer<LedgerCheckView>> {
    let read = cx.store.ledger_check().await?;
    if read.value.due_at <= cx.now {
        return Ok(Answer::of(shown(read.value)));
    }
    let asked = LedgerCheck { due_at: cx.now, ..read.value };
    let commit = cx.store.commit().update(&asked, read.rev);
    Ok(Answer::after(commit, shown(asked)))
}
