//! List the contracts with the lines whose prices somebody should look at.

use contract::reports::{REVISIONS, RevisionView, RevisionsView};
use contract::{NoBody, NoPath, Page, PageQuery};
use domain::billing::contract::{Contract, ContractState};
use domain::billing::reports::{PriceBook, Revision, Revisions, revisions};
use futures::future::try_join_all;
use jiff::civil::Date;
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::TenantStore;
use store::contracts::ContractFilter;

use crate::facts::counted;
use crate::reports::Frame;

/// The route.
pub fn route() -> Handler {
    Handler::new(REVISIONS, report_revisions)
}

async fn report_revisions(cx: Cx, input: In<NoPath, PageQuery, NoBody>) -> Result<Answer<Page<RevisionsView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    let frame = Frame::of(&cx, None).await?;
    let book = cx.store.price_book().await?.value;
    let filter = ContractFilter { client: None, state: Some(ContractState::Active) };
    let found = cx.store.contracts(filter, &page).await?;
    let looked = found.items.iter().map(|root| async {
        let contract = cx.store.contract(root.value.contract.id).await?.value.contract;
        looked_at(&cx.store, contract, &book, frame.today).await
    });
    Ok(Answer::of(Page { items: try_join_all(looked).await?, next: found.next }))
}

async fn looked_at(store: &TenantStore, contract: Contract, book: &PriceBook, today: Date) -> Result<RevisionsView> {
    let counts = counted(&contract).into_iter().map(|what| store.counts(contract.client, what, Some(today)));
    let counts: Vec<_> = try_join_all(counts).await?.into_iter().flatten().collect();
    let Revisions { lines, unlisted, without_cost } = revisions(&contract, &counts, book, today)?;
    let Contract { id, number, name, client, .. } = contract;
    let lines = lines.into_iter().map(shown).collect();
    Ok(RevisionsView { contract: id, number, name, client, lines, unlisted, without_cost })
}

fn shown(revision: Revision) -> RevisionView {
    let Revision { line, text, quantity, agreed, listed, cost, below_list, below_cost } = revision;
    RevisionView { line, text, quantity, agreed, listed, cost, below_list, below_cost }
}
