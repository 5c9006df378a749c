//! Issue a draft.

use contract::invoices::{AtInvoice, ISSUE, InvoiceView};
use contract::{NoBody, NoQuery};
use domain::billing::invoice::InvoiceKind;
use domain::billing::issue::issue;
use domain::billing::number::SeriesKind;
use futures::try_join;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::house::House;
use crate::invoicing::{issue_credit, keep_issued, stamp};
use crate::issued::visible_invoice;

/// The route.
pub fn route() -> Handler {
    Handler::new(ISSUE, issue_invoice)
}

async fn issue_invoice(cx: Cx, input: In<AtInvoice, NoQuery, NoBody>) -> Result<Answer<InvoiceView>> {
    let read = visible_invoice(&cx, input.path.invoice).await?;
    let house = House::of(&cx.store, cx.now).await?;
    let (lines, series) = try_join!(cx.store.invoice_lines(&read.value), cx.store.series(SeriesKind::Invoice))?;
    let styled = house.settings.invoice_numbers.style(series.value)?;
    let draft = read.value.invoice.clone();
    let stamp = stamp(&cx.store, &house, draft.id, "issue", cx.now);
    if draft.kind == InvoiceKind::CreditNote {
        let (owed, written) = issue_credit(&cx.store, &house, draft, &lines, stamp).await?;
        let commit = cx.store.commit().update_invoice(&read, &owed.note).and(written);
        return Ok(Answer::after(commit, owed.note.into()).rev(read.rev + 1));
    }
    let issued = issue(draft, &lines, styled, stamp)?;
    let commit = cx.store.commit().update_invoice(&read, &issued.invoice);
    let commit = keep_issued(commit, &issued, series.rev, &house.zone);
    Ok(Answer::after(commit, issued.invoice.into()).rev(read.rev + 1))
}
