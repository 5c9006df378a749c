//! Take back a charge that is on no invoice yet.

use contract::metering::{AtCharge, ChargeView, WITHDRAW_CHARGE};
use contract::{NoBody, NoQuery};
use domain::billing::charges::withdraw;
use runtime::{Answer, Cx, Handler, In, Result};
use store::Versioned;

/// The route.
pub fn route() -> Handler {
    Handler::new(WITHDRAW_CHARGE, withdraw_charge)
}

async fn withdraw_charge(cx: Cx, input: In<AtCharge, NoQuery, NoBody>) -> Result<Answer<ChargeView>> {
    cx.may_see(input.path.client)?;
    let Versioned { value: charge, rev } = cx.store.charge(input.path.client, input.path.charge).await?;
    let state = charge.state;
    let withdrawn = withdraw(charge)?;
    if withdrawn.state == state {
        return Ok(Answer::read(Versioned { value: withdrawn.into(), rev }));
    }
    Ok(Answer::after(cx.store.commit().update(&withdrawn, rev), withdrawn.into()).rev(rev + 1))
}
