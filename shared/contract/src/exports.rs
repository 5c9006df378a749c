//! Exports for accounting programs.

use domain::access::Permission;
use domain::billing::exports::Program;
use iso_currency::Currency;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::documents::FileView;
use crate::need::{Index, Need};
use crate::route::{NoBody, NoPath, Route};

/// Export invoices.
pub const INVOICES: Route<NoPath, InvoiceExportQuery, NoBody, ExportView> =
    Route::get("billing-export-invoices", "/v1/exports/invoices")
        .summary("Export what was issued on some days as CSV for QuickBooks or Xero, in files of up to 100 documents")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::BlobPut, Need::BlobLink, Need::Secret]);

/// Export the general ledger.
pub const LEDGER: Route<NoPath, LedgerExportQuery, NoBody, ExportView> =
    Route::get("billing-export-ledger", "/v1/exports/ledger")
        .summary("Export the general ledger of some days as CSV, in files of some 1,000 postings")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::BlobPut, Need::BlobLink, Need::Secret]);

/// What to export.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InvoiceExportQuery {
    /// For which program.
    pub program: Program,
    /// The first day.
    #[param(value_type = String, format = Date)]
    pub from: Date,
    /// The last day, at most 366 days on.
    #[param(value_type = String, format = Date)]
    pub to: Date,
    /// In which currency; the MSP's own when absent.
    #[param(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
    /// The `next` of the file before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// What to export.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerExportQuery {
    /// The first day.
    #[param(value_type = String, format = Date)]
    pub from: Date,
    /// The last day, at most 366 days on.
    #[param(value_type = String, format = Date)]
    pub to: Date,
    /// In which currency; the MSP's own when absent.
    #[param(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
    /// The `next` of the file before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// One file of an export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExportView {
    /// The file.
    pub file: FileView,
    /// Rows below its head.
    pub rows: u64,
    /// Documents, or postings, in it.
    pub entries: u64,
    /// Documents of these days that the program's file cannot hold: what is void, and for QuickBooks credit notes and numbers
    /// of more than 21 characters. The first file also counts what was issued over nothing, which no file has.
    pub left_out: u64,
    /// Give it as `cursor` for the next file; absent on the last one.
    pub next: Option<String>,
}
