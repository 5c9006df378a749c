//! List the contracts with the lines whose prices somebody should look at.

use contract::reports::{REVISIONS, RevisionQuery, RevisionView, RevisionsView};
use contract::{NoBody, NoPath, Page};
use domain::billing::contract::{Contract, ContractState};
use domain::billing::reports::{PriceBook, Revision, Revisions, revisions};
use domain::billing::taxes::Taxing;
use futures::future::try_join_all;
use futures::try_join;
use jiff::civil::Date;
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::contracts::ContractFilter;
use store::{PageRequest, TenantStore};

use crate::facts::counts_of;
use crate::reports::Frame;

/// Most contracts that are looked at for a page, each with its lines and counts; then it comes back short and has a next.
const MOST_LOOKED_AT: usize = 100;

/// The route.
pub fn route() -> Handler {
    Handler::new(REVISIONS, report_revisions)
}

async fn report_revisions(cx: Cx, input: In<NoPath, RevisionQuery, NoBody>) -> Result<Answer<Page<RevisionsView>>> {
    let RevisionQuery { all, limit, cursor } = input.query;
    let mut ask = page(limit, cursor)?;
    let wanted = ask.limit as usize;
    let frame = Frame::of(&cx, None).await?;
    let (book, settings) = try_join!(cx.store.price_book(), cx.store.billing_settings())?;
    let (book, settings) = (book.value, settings.value);
    let filter = ContractFilter { client: None, state: Some(ContractState::Active) };
    let (mut items, mut looked) = (Vec::with_capacity(wanted), 0);
    loop {
        let found = cx.store.contracts(filter, &ask).await?;
        let none = found.items.is_empty();
        looked += found.items.len();
        let seen = found.items.iter().map(|root| async {
            let contract = cx.store.contract(root.value.contract.id).await?.value.contract;
            looked_at(&cx.store, contract, &book, settings.taxing(&[]), frame.today).await
        });
        let seen = try_join_all(seen).await?;
        items.extend(seen.into_iter().filter(|view| all == Some(true) || !view.lines.is_empty()));
        let left = wanted.saturating_sub(items.len());
        // No more is asked for than there is room for, so that the cursor stands behind the last that was looked at.
        ask = PageRequest { limit: u32::try_from(left).unwrap_or_default(), cursor: found.next };
        if left == 0 || none || looked >= MOST_LOOKED_AT || ask.cursor.is_none() {
            return Ok(Answer::of(Page { items, next: ask.cursor }));
        }
    }
}

async fn looked_at(
    store: &TenantStore,
    contract: Contract,
    book: &PriceBook,
    taxing: Taxing<'_>,
    today: Date,
) -> Result<RevisionsView> {
    let counts = counts_of(store, &contract, Some(today)).await?;
    let Revisions { lines, unlisted, without_cost } = revisions(&contract, &counts, book, taxing, today)?;
    let Contract { id, number, name, client, .. } = contract;
    let lines = lines.into_iter().map(shown).collect();
    Ok(RevisionsView { contract: id, number, name, client, lines, unlisted, without_cost })
}

fn shown(revision: Revision) -> RevisionView {
    let Revision { line, text, quantity, agreed, listed, cost, below_list, below_cost } = revision;
    RevisionView { line, text, quantity, agreed, listed, cost, below_list, below_cost }
}
