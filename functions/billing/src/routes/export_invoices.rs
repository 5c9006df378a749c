//! Export invoices for an accounting program.

use contract::exports::{ExportView, INVOICES, InvoiceExportQuery};
use contract::{NoBody, NoPath};
use domain::billing::documents::settings::BookNames;
use domain::billing::exports::{ENOUGH_ROWS, MOST_INVOICES, Program, Sold};
use domain::billing::ledger::{Posting, Source};
use domain::csv::Table;
use domain::ids::InvoiceId;
use futures::try_join;
use runtime::{Answer, Cx, Handler, In, Result};
use store::blobs::FileLabel;

use crate::exporting::days;
use crate::files::{CSV, made};

/// Most postings that one file looks at: most of them recognise revenue, and are no documents.
const MOST_EXAMINED: usize = 5_000;

/// The route.
pub fn route() -> Handler {
    Handler::new(INVOICES, export_invoices)
}

/// Walks the ledger, for it has everything that was issued by the day on which it was. What comes to nothing has no
/// posting, and no accounting program wants it.
async fn export_invoices(cx: Cx, input: In<NoPath, InvoiceExportQuery, NoBody>) -> Result<Answer<ExportView>> {
    let InvoiceExportQuery { program, from, to, currency, cursor } = input.query;
    let days = days(&cx, from, to, currency).await?;
    let books = cx.store.document_settings().await?.value.books;
    let query = format!("EXPORT#{program:?}#{days:?}");
    let mut after = cursor.map(|cursor| cx.store.export_after(&query, &cursor)).transpose()?;
    let mut file = ProgramsFile { program, books, table: Table::new(program.columns()), entries: 0, left_out: 0 };
    let mut examined = 0;
    let next = 'walk: loop {
        let postings = cx.store.postings_of(days, after.as_deref()).await?;
        let Some(last) = postings.last() else { break None };
        after = Some(format!("{}#{}", last.on, last.id));
        for posting in &postings {
            examined += 1;
            let Some(document) = issued_by(posting) else { continue };
            file.add(&cx, document).await?;
            if file.is_full() {
                break 'walk Some(cx.store.export_cursor(&query, (posting.on, posting.id))?);
            }
        }
        if examined >= MOST_EXAMINED {
            break Some(cx.store.export_cursor(&query, (last.on, last.id))?);
        }
    };
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
    async fn add(&mut self, cx: &Cx, document: InvoiceId) -> Result<()> {
        let kept = cx.store.invoice(document).await?.value;
        if !self.program.takes(&kept.invoice) {
            self.left_out += 1;
            return Ok(());
        }
        let client = kept.invoice.client;
        let (lines, name, billing) =
            try_join!(cx.store.invoice_lines(&kept), cx.store.client(client), cx.store.client_billing(client))?;
        let sold = Sold {
            invoice: &kept.invoice,
            lines: &lines,
            client: &name.value.name,
            billing: &billing.value,
            books: &self.books,
        };
        self.program.write(&sold, &mut self.table)?;
        self.entries += 1;
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.entries as usize >= MOST_INVOICES || self.table.rows() >= ENOUGH_ROWS
    }
}
