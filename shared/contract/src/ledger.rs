//! The ledger: its postings, and the nightly proof that the books are right.

use domain::access::Permission;
use domain::billing::checker::Finding;
use domain::billing::ledger::Posting;
use iso_currency::Currency;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::job::Job;
use crate::need::{Index, Need};
use crate::page::Page;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Prove the books.
pub const CHECK: Job = Job {
    name: "billing-check-ledger",
    summary: "Proves every tenant's books from its records, each in its own night, and tells what is wrong",
    // Whoever asks for a check waits no longer than this; where nothing is due it costs a query.
    schedule: "rate(15 minutes)",
    timeout_s: 900,
    touches: &[
        Need::Get,
        Need::Put,
        Need::Update,
        Need::Audit,
        Need::Query(Index::Main),
        Need::Query(Index::ByList),
        Need::Query(Index::ByDue),
    ],
};

/// List the postings.
pub const LIST_POSTINGS: Route<NoPath, PostingQuery, NoBody, Page<Posting>> =
    Route::get("billing-list-postings", "/v1/ledger/postings")
        .summary("List the postings of a month and a currency, by date")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Secret]);

/// Read the last check.
pub const GET_CHECK: Route<NoPath, NoQuery, NoBody, LedgerCheckView> =
    Route::get("billing-get-ledger-check", "/v1/ledger/check")
        .summary("Read what the last check of the books found")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get]);

/// Ask for a check.
pub const ASK_CHECK: Route<NoPath, NoQuery, NoBody, LedgerCheckView> =
    Route::post("billing-ask-ledger-check", "/v1/ledger/check")
        .summary("Have the books checked now rather than in the night; the result is there within a quarter of an hour")
        .permission(Permission::InvoiceManage)
        .touches(&[Need::Get]);

/// Which postings.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PostingQuery {
    /// Of which month: `2026-02`.
    #[param(pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$")]
    pub month: String,
    /// In which currency; the MSP's own when absent.
    #[param(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// What the last check of the books found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LedgerCheckView {
    /// When it was; absent before the first.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub checked_at: Option<Timestamp>,
    /// How many records it looked at.
    pub records: u64,
    /// How much it found.
    pub found: u64,
    /// The first hundred of it; empty when the books are right.
    pub findings: Vec<Finding>,
    /// When the next one is due.
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
}
