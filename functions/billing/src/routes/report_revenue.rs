//! Show what was earned.

use std::collections::BTreeMap;

use contract::reports::{REVENUE, RevenueBy, RevenueQuery, RevenueRow, RevenueView};
use contract::{NoBody, NoPath};
use domain::billing::reports::{Month, Service};
use domain::ids::{ClientId, ContractId};
use domain::money::Money;
use futures::future::try_join_all;
use runtime::{Answer, Cx, Handler, In, Result};
use store::reports::Earned;

use crate::reports::Frame;

/// The route.
pub fn route() -> Handler {
    Handler::new(REVENUE, report_revenue)
}

/// What a row is of.
type Key = (Option<Month>, Option<ClientId>, Option<ContractId>, Option<Service>);

async fn report_revenue(cx: Cx, input: In<NoPath, RevenueQuery, NoBody>) -> Result<Answer<RevenueView>> {
    let RevenueQuery { from, until, by, client, currency } = input.query;
    let frame = Frame::of(&cx, currency).await?;
    let (from, until) = frame.months(from, until, 12)?;
    let by = by.unwrap_or_default();
    let mut sums: BTreeMap<Key, i64> = BTreeMap::new();
    let mut complete = true;
    if client.is_none() && matches!(by, RevenueBy::Month | RevenueBy::Service) {
        for (month, earned) in cx.store.revenue_months(frame.currency, from, until).await? {
            for (service, minor) in earned.services {
                let key = if by == RevenueBy::Month { (Some(month), None) } else { (None, Some(service)) };
                *sums.entry((key.0, None, None, key.1)).or_insert(0) += minor;
            }
        }
    } else {
        let months = from.up_to(until).map(|month| cx.store.revenue(frame.currency, month, client));
        for month in try_join_all(months).await? {
            complete &= month.complete;
            for earned in month.found {
                add(&mut sums, by, &earned);
            }
        }
    }
    let money = |minor| Money::new(minor, frame.currency);
    let total = money(sums.values().sum());
    let row = |((month, client, contract, service), minor)| RevenueRow {
        month,
        client,
        contract,
        service,
        net: money(minor),
    };
    let mut rows: Vec<RevenueRow> = sums.into_iter().map(row).collect();
    if by != RevenueBy::Month {
        rows.sort_by_key(|row| -row.net.minor());
    }
    Ok(Answer::of(RevenueView { currency: frame.currency, from, until, total, complete, rows }))
}

fn add(sums: &mut BTreeMap<Key, i64>, by: RevenueBy, earned: &Earned) {
    for (service, minor) in &earned.services {
        let key = match by {
            RevenueBy::Month => (Some(earned.month), None, None, None),
            RevenueBy::Client => (None, Some(earned.client), None, None),
            RevenueBy::Contract => (None, Some(earned.client), earned.contract, None),
            RevenueBy::Service => (None, None, None, Some(*service)),
        };
        *sums.entry(key).or_insert(0) += minor;
    }
}
