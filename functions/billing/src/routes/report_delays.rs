//! Show how late clients pay.

use std::collections::BTreeMap;

use contract::reports::{ClientDelay, DELAYS, Delay, DelaysView, MonthsQuery};
use contract::{NoBody, NoPath};
use domain::billing::reports::Paid;
use domain::ids::ClientId;
use futures::future::try_join_all;
use iso_currency::Currency;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::reports::Frame;

/// The route.
pub fn route() -> Handler {
    Handler::new(DELAYS, report_delays)
}

async fn report_delays(cx: Cx, input: In<NoPath, MonthsQuery, NoBody>) -> Result<Answer<DelaysView>> {
    let MonthsQuery { from, until, currency } = input.query;
    let frame = Frame::of(&cx, currency).await?;
    let (from, until) = frame.months(from, until, 12)?;
    let (mut all, mut clients, mut complete) = (Paid::default(), BTreeMap::<ClientId, Paid>::new(), true);
    for month in try_join_all(from.up_to(until).map(|month| cx.store.paid(frame.currency, month))).await? {
        complete &= month.complete;
        for (client, paid) in month.found {
            all += paid;
            *clients.entry(client).or_default() += paid;
        }
    }
    let mut clients: Vec<ClientDelay> =
        clients.into_iter().map(|(client, paid)| ClientDelay { client, delay: delay(paid, frame.currency) }).collect();
    clients.sort_by_key(|client| std::cmp::Reverse(client.delay.days));
    let all = delay(all, frame.currency);
    Ok(Answer::of(DelaysView { currency: frame.currency, from, until, complete, all, clients }))
}

fn delay(paid: Paid, currency: Currency) -> Delay {
    Delay { paid: paid.amount(currency), days: paid.days(), times: paid.times, late: paid.late }
}
