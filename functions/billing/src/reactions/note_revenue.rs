//! Note what was earned, where and when. What a document moves follows from its lines, which never change, and sums only
//! add: events in any order come to the same.

use contract::reports::NOTE_REVENUE;
use domain::billing::invoice::{Invoice, InvoiceKind, InvoiceLine};
use domain::billing::reports::{Month, negated, revenue, taken_back};
use domain::events::Event;
use domain::ids::InvoiceId;
use futures::try_join;
use runtime::{ReactionCx, ReactionHandler, Result};
use store::reports::Tally;
use store::{Commit, TenantStore};

/// Most sums that one transaction moves; DynamoDB takes 100 actions. What an invoice bills for years takes several.
const TALLIES_A_COMMIT: usize = 90;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(NOTE_REVENUE, note_revenue)
}

async fn note_revenue(cx: ReactionCx) -> Result<Commit> {
    let tallies = match cx.envelope.event {
        Event::InvoiceIssued { invoice, .. } => of_invoice(&cx.store, invoice, 1).await,
        Event::InvoiceVoided { invoice, .. } => of_invoice(&cx.store, invoice, -1).await,
        Event::InvoiceCredited { invoice, note, .. } => of_note(&cx.store, note, invoice).await,
        _ => return Ok(cx.store.commit()),
    };
    let tallies = match tallies {
        Err(runtime::Error::Store(store::Error::NotFound)) => Vec::new(),
        found => found?,
    };
    let mut parts: Vec<&[Tally]> = tallies.chunks(TALLIES_A_COMMIT).collect();
    let last = parts.pop().unwrap_or_default();
    for (n, part) in parts.into_iter().enumerate() {
        // Each part has a mark of its own: a reaction that dies in between goes on behind it.
        let mark = format!("{}#{n}", NOTE_REVENUE.name);
        cx.reconcile(|| async {
            if cx.store.has_handled(&mark, cx.envelope.id).await? {
                return Ok(((), None));
            }
            Ok(((), Some(cx.store.commit().tallies(part).handled(&mark, cx.envelope.id, cx.now))))
        })
        .await?;
    }
    Ok(cx.store.commit().tallies(last))
}

async fn document(store: &TenantStore, id: InvoiceId) -> Result<(Invoice, Vec<InvoiceLine>)> {
    let kept = store.invoice(id).await?.value;
    let lines = store.invoice_lines(&kept).await?;
    Ok((kept.invoice, lines))
}

/// What an invoice brings, or takes back as it turned out never to have been owed. A draft brings nothing, and one that
/// was made void takes nothing back.
async fn of_invoice(store: &TenantStore, id: InvoiceId, sign: i64) -> Result<Vec<Tally>> {
    let (invoice, lines) = document(store, id).await?;
    let Some(issued_on) = invoice.issued_on else { return Ok(Vec::new()) };
    // A bill below nothing is a note that corrects no invoice: what it says is owed to the client.
    let sign = if invoice.kind == InvoiceKind::CreditNote { -sign } else { sign };
    let cells = revenue(&lines, issued_on);
    let cells = if sign < 0 { negated(cells) } else { cells };
    let issued = (Month::of(issued_on), sign * invoice.totals.total.minor());
    Ok(Tally::revenue(invoice.currency, invoice.client, &cells, issued))
}

async fn of_note(store: &TenantStore, note: InvoiceId, invoice: InvoiceId) -> Result<Vec<Tally>> {
    let ((note, lines), (_, corrects)) = try_join!(document(store, note), document(store, invoice))?;
    let Some(issued_on) = note.issued_on else { return Ok(Vec::new()) };
    let cells = taken_back(&lines, &corrects, issued_on);
    let issued = (Month::of(issued_on), -note.totals.total.minor());
    Ok(Tally::revenue(note.currency, note.client, &cells, issued))
}
