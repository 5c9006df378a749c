//! Tell the series of what the MSP bills: for each contract and service, what its documents come to on each day that they
//! pay for.
//!
//! Documents add to the days, in any order: a month that is billed when it is over is told then, one that is billed ahead
//! before it comes, and a credit takes back what it corrects. Each series is a transaction with a mark of its own.

use contract::reports::TELL_BILLED;
use domain::billing::reports::{Billed, by_day};
use domain::insights::costs::{DayCost, Days, INVOICES, SeriesName};
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;
use store::telling::{NO_DAYS, Telling, of_steward};

use crate::booked::Booked;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(TELL_BILLED, tell_billed)
}

async fn tell_billed(cx: ReactionCx) -> Result<Commit> {
    if let Some(booked) = Booked::of(&cx.store, &cx.envelope.event).await? {
        for (billed, days) in by_day(&booked.lines) {
            let days = days.into_iter().map(|(day, minor)| (day, DayCost::of(booked.signed(minor)))).collect();
            tell(&cx, &booked, billed, &days).await?;
        }
    }
    Ok(cx.store.commit())
}

async fn tell(cx: &ReactionCx, booked: &Booked, billed: Billed, days: &Days) -> Result<()> {
    let Some(span) = days.keys().next().copied().zip(days.keys().next_back().copied()) else { return Ok(()) };
    let contract = cx.store.contract(billed.contract).await?.value.contract;
    let (client, measure) = (booked.document.client, booked.document.currency.code());
    let service = format!("{}, {}", contract.number, billed.service);
    let name = SeriesName { client, source: INVOICES.to_owned(), service, unit: None, measure };
    let series = cx.store.series_id(&name);
    let telling = Telling { series, client, name: Some(&name), by: of_steward(), span, untold: &NO_DAYS, days };
    let mark = format!("{}#{series}", TELL_BILLED.name);
    cx.reconcile(|| async {
        if cx.store.has_handled(&mark, cx.envelope.id).await? {
            return Ok(((), None));
        }
        let told = cx.store.tell_more(&telling, cx.now).await?;
        Ok(((), told.map(|told| told.handled(&mark, cx.envelope.id, cx.now))))
    })
    .await
}
