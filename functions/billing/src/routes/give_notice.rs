//! Give notice: the contract ends with its term.

use contract::NoQuery;
use contract::amendments::{GIVE_NOTICE, NoticeGiven};
use contract::contracts::{AtContract, ContractBrief};
use domain::billing::contract::Change;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::agreed::{amended, amendment, visible_contract};

/// The route.
pub fn route() -> Handler {
    Handler::new(GIVE_NOTICE, give_notice)
}

async fn give_notice(cx: Cx, input: In<AtContract, NoQuery, NoticeGiven>) -> Result<Answer<ContractBrief>> {
    let read = visible_contract(&cx, input.path.contract).await?;
    let here = cx.here().await?;
    let notice = amendment(&cx, here.today, vec![Change::GiveNotice {}], input.body.note);
    amended(&cx, read, notice, &here).await
}
