//! List the postings of a month and a currency.

use contract::ledger::{LIST_POSTINGS, PostingQuery};
use contract::{NoBody, NoPath, Page};
use domain::billing::ledger::Posting;
use jiff::civil::Date;
use runtime::context::page;
use runtime::{Answer, Cx, Error, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST_POSTINGS, list_postings)
}

async fn list_postings(cx: Cx, input: In<NoPath, PostingQuery, NoBody>) -> Result<Answer<Page<Posting>>> {
    let PostingQuery { month, currency, limit, cursor } = input.query;
    let page = page(limit, cursor)?;
    let first = first_of(&month).ok_or_else(|| Error::field("?month", "give a month such as 2026-02".to_owned()))?;
    let currency = match currency {
        Some(currency) => currency,
        None => cx.store.tenant_record().await?.value.currency,
    };
    let found = cx.store.postings(currency, first, &page).await?;
    Ok(Answer::of(Page { items: found.items.into_iter().map(|posting| posting.value).collect(), next: found.next }))
}

fn first_of(month: &str) -> Option<Date> {
    let (year, of_year) = month.split_once('-')?;
    if (year.len(), of_year.len()) != (4, 2) {
        return None;
    }
    format!("{month}-01").parse().ok()
}
