//! Export invoices for an accounting program.

use contract::exports::{ExportView, INVOICES, InvoiceExportQuery};
use contract::{NoBody, NoPath};
use domain::billing::documents::settings::BookNames;
use domain::billing::exports::{MOST_INVOICES, MOST_ROWS, Program, Sold};
use domain::billing::ledger::{Posting, Source};
use domain::csv::{Cell, Table};
use domain::ids::InvoiceId;
use futures::try_join;
use runtime::{Answer, Cx, Handler, In, Result};
use store::blobs::FileLabel;

use crate::exporting::days;
use runtime::files::{CSV, made};

/// Most postings that one file looks at: most of them recognise revenue, and are no documents.
const MOST_EXAMINED: usize = 5_000;

/// The route.
pub fn route() -> Handler {
    Handler::new(INVOICES, export_invoices)
}

/// Walks the ledger, for it has everything that was issued by the day on which it was. What comes to nothing has no
/// posting, and no accounting program wants it: the first file says how many there are.
async fn export_invoices(cx: Cx, input: In<NoPath, InvoiceExportQuery, NoBody>) -> Result<Answer<ExportView>> {
    let InvoiceExportQuery { program, from, to, currency, cursor } = input.query;
    let days = days(&cx, from, to, currency).await?;
    let books = cx.store.document_settings().await?.value.books;
    let query = format!("EXPORT#{program:?}#{days:?}");
    let left_out = if cursor.is_none() { cx.store.issued_over_nothing(days).await? } else { 0 };
    let mut after = cursor.map(|cursor| cx.store.export_after(&query, &cursor)).transpose()?;
    let mut file = ProgramsFile { program, books, table: Table::new(program.columns()), entries: 0, left_out };
    let (mut examined, mut walked) = (0, None);
    let next = 'walk: loop {
        let postings = cx.store.postings_of(days, after.as_deref()).await?;
        let Some(last) = postings.last() else { break None };
        after = Some(format!("{}#{}", last.on, last.id));
        for posting in &postings {
            if let Some(document) = issued_by(posting)
                && !file.takes(&cx, document).await?
            {
                break 'walk walked;
            }
            walked = Some((posting.on, posting.id));
            examined += 1;
        }
        if examined >= MOST_EXAMINED {
            break walked;
        }
    };
    let next = next.map(|behind| cx.store.export_cursor(&query, behind)).transpose()?;
    let ProgramsFile { table, entries, left_out, .. } = file;
    let name = format!("invoices-{}-{}-{from}-{to}.csv", program.name(), days.currency.code());
    let rows = table.rows() as u64;
    let file = made(&cx, FileLabel { name: &name, media_type: CSV }, table.into_text().into_bytes()).await?;
    Ok(Answer::of(ExportView { file, rows, entries, left_out, next }))
}

/// The document that entered the books by this posting.
const fn issued_by(posting: &Posting) -> Option<InvoiceId> {
    match posting.source {
        Source::Issue { invoice } => Some(invoice),
        Source::CreditNote { note, .. } => Some(note),
        _ => None,
    }
}

/// A file in the making.
struct ProgramsFile {
    program: Program,
    books: BookNames,
    table: Table,
    entries: u64,
    left_out: u64,
}

impl ProgramsFile {
    /// Adds a document, or leaves it out; says whether there was room.
    async fn takes(&mut self, cx: &Cx, document: InvoiceId) -> Result<bool> {
        if self.entries as usize >= MOST_INVOICES {
            return Ok(false);
        }
        let rows = self.rows(cx, document).await?;
        if self.table.rows() > 0 && self.table.rows() + rows.len() > MOST_ROWS {
            return Ok(false);
        }
        if rows.is_empty() {
            self.left_out += 1;
        } else {
            self.entries += 1;
        }
        rows.iter().for_each(|row| self.table.row(row));
        Ok(true)
    }

    async fn rows(&self, cx: &Cx, document: InvoiceId) -> Result<Vec<Vec<Cell>>> {
        let kept = cx.store.invoice(document).await?.value;
        if !self.program.takes(&kept.invoice) {
            return Ok(Vec::new());
        }
        let client = kept.invoice.client;
        let (lines, name, billing) =
            try_join!(cx.store.invoice_lines(&kept), cx.store.client(client), cx.store.client_billing(client))?;
        let (invoice, client) = (&kept.invoice, name.value.name.as_str());
        let sold = Sold { invoice, lines: &lines, client, billing: &billing.value, books: &self.books };
        Ok(self.program.rows(&sold)?)
    }
}
