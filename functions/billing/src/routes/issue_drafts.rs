//! Issue drafts: each as the route of one does, in a transaction of its own. So a call that dies is made again: what it
//! issued keeps its number, and the rest gets the next ones.

use contract::approvals::{DraftIssued, DraftsIssued, ISSUE, IssueDrafts};
use contract::{NoPath, PageQuery};
use domain::billing::invoice::{Invoice, InvoiceState};
use domain::ids::InvoiceId;
use domain::invalid::Check;
use futures::future::join_all;
use runtime::{Answer, Cx, Handler, In, Result};
use store::PageRequest;
use store::invoices::InvoiceFilter;

use crate::asked::{Asked, asked, must_be_there, why_not};
use crate::house::House;
use crate::invoicing::issue_draft;
use crate::issued::visible_invoice;

/// The route.
pub fn route() -> Handler {
    Handler::new(ISSUE, issue_drafts)
}

async fn issue_drafts(cx: Cx, input: In<NoPath, PageQuery, IssueDrafts>) -> Result<Answer<DraftsIssued>> {
    let IssueDrafts { invoices, all } = input.body;
    let (ids, next) = match asked("/invoices", invoices, all, input.query)? {
        Asked::These(ids) => (named(&cx, ids).await?, None),
        Asked::Page(page) => drafts(&cx, &page).await?,
    };
    let house = House::of(&cx.store, cx.now).await?;
    let mut invoices = Vec::with_capacity(ids.len());
    for id in ids {
        invoices.push(one(&cx, &house, id).await?);
    }
    Ok(Answer::of(DraftsIssued { invoices, next }))
}

/// These, if they are there.
async fn named(cx: &Cx, ids: Vec<InvoiceId>) -> Result<Vec<InvoiceId>> {
    let mut check = Check::new();
    for (index, read) in join_all(ids.iter().map(|id| visible_invoice(cx, *id))).await.into_iter().enumerate() {
        must_be_there(&mut check, &format!("/invoices/{index}"), read)?;
    }
    check.done()?;
    Ok(ids)
}

/// The drafts of a page, the earliest first: so are their numbers.
async fn drafts(cx: &Cx, page: &PageRequest) -> Result<(Vec<InvoiceId>, Option<String>)> {
    let filter = InvoiceFilter { state: Some(InvoiceState::Draft), drafts: true, ..InvoiceFilter::default() };
    let found = cx.store.invoices(filter, page).await?;
    Ok((found.items.iter().rev().map(|kept| kept.value.invoice.id).collect(), found.next))
}

async fn one(cx: &Cx, house: &House, id: InvoiceId) -> Result<DraftIssued> {
    let scribe = cx.scribe();
    let written = scribe.write(|| async {
        let read = visible_invoice(cx, id).await?;
        if is_issued(&read.value.invoice) {
            return Ok((read.value.invoice, None));
        }
        let (invoice, commit) = issue_draft(&cx.store, house, &read, cx.now).await?;
        Ok((invoice, Some(commit)))
    });
    Ok(match written.await {
        Ok(invoice) => {
            let number = invoice.number.as_ref().map(ToString::to_string);
            DraftIssued { invoice: id, number, total: Some(invoice.totals.total), refused: None }
        }
        Err(error) => DraftIssued { invoice: id, number: None, total: None, refused: Some(why_not(error)?) },
    })
}

/// By a call before, or by somebody else meanwhile.
fn is_issued(invoice: &Invoice) -> bool {
    invoice.number.is_some() && invoice.state != InvoiceState::Void
}
