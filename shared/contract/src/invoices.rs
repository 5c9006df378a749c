//! Invoices and credit notes: made by the run or by hand, issued, corrected, read.

use domain::access::Permission;
use domain::billing::charges::ClientCharge;
use domain::billing::invoice::{Billed, Invoice, InvoiceKind, InvoiceLine, InvoiceState, Noted, Totals};
use domain::billing::taxes::{Exempted, TaxRounding, TaxSum};
use domain::billing::terms::PaymentTerms;
use domain::ids::{ClientId, ContractId, InvoiceId};
use domain::money::Money;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::job::{Job, Reaction};
use crate::metering::ChargeView;
use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::route::{NoBody, NoPath, NoQuery, Route, Writes};

/// Bill what is due.
pub const INVOICE_RUN: Job = Job {
    name: "billing-invoice-run",
    summary: "Bills every contract that is due in its tenant's local date; a contract that needs somebody's eye is parked",
    schedule: "rate(1 hour)",
    timeout_s: 900,
    touches: &[
        Need::Get,
        Need::Put,
        Need::Update,
        Need::Audit,
        Need::Query(Index::Main),
        Need::Query(Index::ByRef),
        Need::Query(Index::ByDue),
    ],
};

/// Recognise revenue.
pub const RECOGNISE_REVENUE: Job = Job {
    name: "billing-recognise-revenue",
    summary: "Recognises deferred revenue, day by day over the days that were paid for, when a day is over at the tenant",
    schedule: "rate(1 hour)",
    timeout_s: 900,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit, Need::Query(Index::ByDue)],
};

/// Open again what a void invoice took up.
pub const RELEASE_VOIDED: Reaction = Reaction {
    name: "billing-release-voided",
    summary: "Opens again what a void invoice took up, where that is too much for one transaction",
    on: &["invoice.voided"],
    timeout_s: 300,
    touches: &[Need::Get, Need::Put, Need::Audit],
};

/// List the invoices.
pub const LIST: Route<NoPath, InvoiceQuery, NoBody, Page<InvoiceView>> = Route::get(
    "billing-list-invoices",
    "/v1/invoices",
)
.summary(
    "List invoices and credit notes, newest first, without their lines; a client's side sees its own, and no drafts",
)
.permission(Permission::InvoiceRead)
.touches(&[Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Read an invoice.
pub const GET: Route<AtInvoice, NoQuery, NoBody, InvoiceView> =
    Route::get("billing-get-invoice", "/v1/invoices/{invoice}")
        .summary("Read an invoice or a credit note, without its lines")
        .permission(Permission::InvoiceRead)
        .touches(&[Need::Get]);

/// List the lines of an invoice.
pub const LIST_LINES: Route<AtInvoice, PageQuery, NoBody, Page<InvoiceLine>> =
    Route::get("billing-list-invoice-lines", "/v1/invoices/{invoice}/lines")
        .summary("List the lines of an invoice, in order")
        .permission(Permission::InvoiceRead)
        .touches(&[Need::Get, Need::Secret]);

/// Issue a draft.
pub const ISSUE: Route<AtInvoice, NoQuery, NoBody, InvoiceView> =
    Route::post("billing-issue-invoice", "/v1/invoices/{invoice}/issue")
        .summary("Issue a draft: it gets its number and its date, and never changes again")
        .permission(Permission::InvoiceManage)
        .writes(Writes::ActsOnce)
        .touches(&[Need::Get]);

/// Void an invoice.
pub const VOID: Route<AtInvoice, NoQuery, VoidInvoice, InvoiceView> =
    Route::post("billing-void-invoice", "/v1/invoices/{invoice}/void")
        .summary(
            "Void an invoice that nobody has paid and nobody has credited; it keeps its number, and what it took up is open again",
        )
        .permission(Permission::InvoiceManage)
        .writes(Writes::ActsOnce)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Write off what is left to pay.
pub const WRITE_OFF: Route<AtInvoice, NoQuery, NoBody, InvoiceView> =
    Route::post("billing-write-off-invoice", "/v1/invoices/{invoice}/write-off")
        .summary("Write off what is left to pay of an invoice")
        .permission(Permission::InvoiceManage)
        .writes(Writes::ActsOnce)
        .touches(&[Need::Get]);

/// What becomes of a void invoice's period.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "bill_again": true }))]
pub struct VoidInvoice {
    /// Whether what was agreed for its period becomes charges for the next invoice, to be taken back one by one where that
    /// is not wanted. Without it only what was logged, used, charged and sold comes back, and prepaid hours that its lines
    /// sold end.
    #[serde(default)]
    pub bill_again: bool,
}

/// An invoice in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtInvoice {
    /// Which invoice.
    pub invoice: InvoiceId,
}

/// Which invoices.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InvoiceQuery {
    /// To this client.
    pub client: Option<ClientId>,
    /// Of this contract.
    pub contract: Option<ContractId>,
    /// That stand so.
    pub state: Option<InvoiceState>,
    /// Of this kind.
    pub kind: Option<InvoiceKind>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// An invoice or a credit note, without its lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InvoiceView {
    /// Which one.
    pub id: InvoiceId,
    /// What kind.
    pub kind: InvoiceKind,
    /// Its number as it is printed; absent on a draft.
    pub number: Option<String>,
    /// Who is to pay.
    pub client: ClientId,
    /// The contracts and periods that it bills.
    pub billed: Vec<Billed>,
    /// The invoice that a credit note corrects.
    pub corrects: Option<InvoiceId>,
    /// What all amounts are in.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// Where it stands.
    pub state: InvoiceState,
    /// When it is due, after its date.
    pub terms: PaymentTerms,
    /// Its date, in the MSP's zone.
    #[schema(value_type = Option<String>, format = Date)]
    pub issued_on: Option<Date>,
    /// The last day on which paying is in time.
    #[schema(value_type = Option<String>, format = Date)]
    pub due_on: Option<Date>,
    /// When it first went to the client.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// How many lines there are.
    pub lines: u32,
    /// The lines' sums.
    pub totals: Totals,
    /// The tax summary.
    pub taxes: Vec<TaxSum>,
    /// Where tax was rounded.
    pub tax_rounding: TaxRounding,
    /// What was not taxed, and by which certificate.
    pub exempted: Vec<Exempted>,
    /// What was paid.
    pub paid: Money,
    /// What credit notes took off the balance.
    pub credited: Money,
    /// What is not expected any more.
    pub written_off: Money,
    /// What its credit notes took back in all.
    pub noted: Noted,
    /// What is left to pay.
    pub balance: Money,
    /// A remark for the client; on a credit note the reason.
    pub note: Option<String>,
    /// In the answer to what ends an invoice, that is, to making it void, writing it off or crediting it in full: late fees and
    /// interest for it that other invoices have charged already. They are owed until they are credited there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub billed_fees: Vec<ChargeView>,
    /// When it was drafted.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl InvoiceView {
    /// With what was charged for being late with it, and is on other invoices.
    #[must_use]
    pub fn with_billed_fees(self, fees: Vec<ClientCharge>) -> Self {
        InvoiceView { billed_fees: fees.into_iter().map(ChargeView::from).collect(), ..self }
    }
}

impl From<Invoice> for InvoiceView {
    fn from(invoice: Invoice) -> Self {
        let balance = invoice.balance();
        let Invoice { id, kind, client, billed, corrects, currency, terms, state, number, issued_on, .. } = invoice;
        let Invoice { due_on, sent_at, lines, totals, taxes, tax_rounding, exempted, paid, credited, .. } = invoice;
        let Invoice { written_off, noted, note, created_at, updated_at, .. } = invoice;
        InvoiceView {
            id,
            kind,
            number: number.map(|number| number.to_string()),
            client,
            billed,
            corrects,
            currency,
            state,
            terms,
            issued_on,
            due_on,
            sent_at,
            lines,
            totals,
            taxes,
            tax_rounding,
            exempted,
            paid,
            credited,
            written_off,
            noted,
            balance,
            note,
            billed_fees: Vec::new(),
            created_at,
            updated_at,
        }
    }
}
