//! List all clients at a glance.

use std::collections::BTreeSet;

use contract::spending::{ClientOverview, OVERVIEW, OverviewQuery, OverviewView};
use contract::{NoBody, NoPath};
use domain::billing::reports::Month;
use domain::budgets::{Course, sums};
use domain::clients::Client;
use futures::future::join_all;
use iso_currency::Currency;
use runtime::context::page;
use runtime::{Answer, Cx, Error, Handler, Here, In, Result};
use store::PageRequest;
use store::insights::AnomalyFilter;

use crate::costs::{Asked, currencies};

/// Most clients of a page: each is several reads.
const MOST_CLIENTS: u32 = 50;
/// Clients that are read side by side.
const SIDE_BY_SIDE: usize = 5;
/// Most anomalies that are counted.
const MOST_COUNTED: u32 = 100;

/// The route.
pub fn route() -> Handler {
    Handler::new(OVERVIEW, list_overview)
}

async fn list_overview(cx: Cx, input: In<NoPath, OverviewQuery, NoBody>) -> Result<Answer<OverviewView>> {
    let page = page(input.query.limit, input.query.cursor)?;
    if page.limit > MOST_CLIENTS {
        return Err(Error::field("?limit", format!("give a limit from 1 to {MOST_CLIENTS}")));
    }
    let here = cx.here().await?;
    // Who is on the client's side sees its own alone, in all that is added up too.
    let (savings, found, next) = match cx.actor.client {
        Some(own) => {
            let client = cx.store.client(own).await?.value;
            (cx.store.review(own).await?.value.totals, vec![client], None)
        }
        None => {
            let found = cx.store.clients(&page).await?;
            (cx.store.savings().await?, found.items.into_iter().map(|read| read.value).collect(), found.next)
        }
    };
    let billed_in = currencies(&cx.store).await?;
    let (mut clients, mut unreadable) = (Vec::with_capacity(found.len()), Vec::new());
    for some in found.chunks(SIDE_BY_SIDE) {
        let glances = join_all(some.iter().map(|client| glance(&cx, client, &billed_in, &here))).await;
        for (client, glance) in some.iter().zip(glances) {
            match glance {
                Ok(glance) => clients.push(glance),
                Err(Error::Store(error)) if error.is_passing() => return Err(error.into()),
                // One that nobody can read or reckon with keeps none of the others from being seen.
                Err(Error::Store(_) | Error::Refused(_) | Error::Internal(_)) => unreadable.push(client.id),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(Answer::of(OverviewView { savings: (&savings).into(), clients, unreadable, next }))
}

async fn glance(cx: &Cx, client: &Client, billed_in: &BTreeSet<Currency>, here: &Here) -> Result<ClientOverview> {
    let month = Month::of(here.today);
    let going_on = AnomalyFilter { open: Some(true), client: Some(client.id), series: None };
    let counted = PageRequest { limit: MOST_COUNTED, cursor: None };
    let costs = Asked::of(client.id, (month, month), billed_in.clone(), here).read(&cx.store).await?;
    let anomalies = cx.store.anomalies(&going_on, &counted).await?.items.len();
    let budgets = cx.store.budget_review(client.id).await?.value;
    let review = cx.store.review(client.id).await?.value;
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(ClientOverview {
        client: client.id,
        name: client.name.clone(),
        this_month: sums(&costs)?.into_iter().map(|sums| sums.total).collect(),
        savings: (&review.totals).into(),
        anomalies: count(anomalies),
        budgets: count(budgets.stands.len()),
        over: count(budgets.standing(Course::Over)),
        leading_over: count(budgets.standing(Course::LeadsOver)),
    })
}
