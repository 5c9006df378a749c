//! Dunning: what is done about invoices that are not paid.

use domain::access::Permission;
use domain::billing::dunning::{Dunning, Pause, PauseReason, Taken};
use domain::ids::InvoiceId;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::invoices::AtInvoice;
use crate::job::Job;
use crate::need::{Index, Need};
use crate::route::{NoBody, NoQuery, Route, Writes};

/// Read what was done about an invoice.
pub const GET: Route<AtInvoice, NoQuery, NoBody, DunningView> =
    Route::get("billing-get-dunning", "/v1/invoices/{invoice}/dunning")
        .summary("Read which steps of dunning an invoice has had, and what it waits for")
        .permission(Permission::PaymentRead)
        .touches(&[Need::Get]);

/// Let dunning wait.
pub const PAUSE: Route<AtInvoice, NoQuery, NewPause, DunningView> =
    Route::post("billing-pause-dunning", "/v1/invoices/{invoice}/dunning/pause")
        .summary("Let the dunning of an invoice wait, for a dispute or a promise to pay; these days do not count")
        .permission(Permission::InvoiceManage)
        .writes(Writes::ActsOnce)
        .touches(&[Need::Get]);

/// Go on.
pub const RESUME: Route<AtInvoice, NoQuery, Resumed, DunningView> =
    Route::post("billing-resume-dunning", "/v1/invoices/{invoice}/dunning/resume")
        .summary("Go on with the dunning of an invoice: the dispute is settled, or the promise is off")
        .permission(Permission::InvoiceManage)
        .writes(Writes::ActsOnce)
        .touches(&[Need::Get]);

/// Dun.
pub const DUN: Job = Job {
    name: "billing-dunning",
    summary: "Notes what is overdue, and takes each invoice's next step of dunning in business days",
    schedule: "rate(1 hour)",
    timeout_s: 900,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit, Need::Query(Index::ByDue)],
};

/// A time in which dunning waits.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "why": "dispute" }))]
pub struct NewPause {
    /// Why.
    pub why: PauseReason,
    /// The first day that counts again; for a promise the day after it, at most 180 days ahead. A dispute waits until it is settled
    /// when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
}

/// What is settled.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "why": "dispute" }))]
pub struct Resumed {
    /// Why it waited.
    pub why: PauseReason,
}

/// What was done about an invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DunningView {
    /// Which invoice.
    pub invoice: InvoiceId,
    /// The steps so far, in their order.
    pub taken: Vec<Taken>,
    /// The times in which it waited or waits.
    pub pauses: Vec<Pause>,
    /// When the job looks at it next; none when nothing is left to be done, or until a pause without an end is over.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
}

impl DunningView {
    /// Of an invoice's dunning.
    pub fn of(invoice: InvoiceId, dunning: Dunning, next_at: Option<Timestamp>) -> Self {
        let Dunning { taken, pauses } = dunning;
        DunningView { invoice, taken, pauses, next_at }
    }
}
