//! Export the general ledger.

use contract::exports::{ExportView, LEDGER, LedgerExportQuery};
use contract::{NoBody, NoPath};
use domain::billing::exports::journal;
use domain::csv::Table;
use runtime::{Answer, Cx, Handler, In, Result};
use store::blobs::FileLabel;

use crate::exporting::{Known, days};
use runtime::files::{CSV, made};

/// A file ends with the page of postings in which it reaches so many.
const ENOUGH_POSTINGS: usize = 1_000;

/// The route.
pub fn route() -> Handler {
    Handler::new(LEDGER, export_ledger)
}

async fn export_ledger(cx: Cx, input: In<NoPath, LedgerExportQuery, NoBody>) -> Result<Answer<ExportView>> {
    let LedgerExportQuery { from, to, currency, cursor } = input.query;
    let days = days(&cx, from, to, currency).await?;
    let query = format!("EXPORT#LEDGER#{days:?}");
    let mut after = cursor.map(|cursor| cx.store.export_after(&query, &cursor)).transpose()?;
    let (mut table, mut known, mut entries, mut next) = (Table::new(&journal::COLUMNS), Known::default(), 0, None);
    loop {
        let postings = cx.store.postings_of(days, after.as_deref()).await?;
        let Some(last) = postings.last() else { break };
        known.read(&cx, &postings).await?;
        for posting in &postings {
            journal::write(posting, &known, &mut table);
        }
        entries += postings.len();
        if entries >= ENOUGH_POSTINGS {
            next = Some(cx.store.export_cursor(&query, (last.on, last.id))?);
            break;
        }
        after = Some(format!("{}#{}", last.on, last.id));
    }
    let name = format!("ledger-{}-{from}-{to}.csv", days.currency.code());
    let rows = table.rows() as u64;
    let file = made(&cx, FileLabel { name: &name, media_type: CSV }, table.into_text().into_bytes()).await?;
    Ok(Answer::of(ExportView { file, rows, entries: entries as u64, left_out: 0, next }))
}
