//! Documents: how they look, the files of an invoice, and how they get to the client.

use domain::access::Permission;
use domain::billing::documents::settings::{BookNames, Delivery, DocumentSettings, Letterhead};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::invoices::{AtInvoice, InvoiceView};
use crate::job::Reaction;
use crate::need::Need;
use crate::route::{NoBody, NoPath, NoQuery, Route, Writes};

/// Read how documents are made.
pub const GET_SETTINGS: Route<NoPath, NoQuery, NoBody, DocumentSettingsView> =
    Route::get("billing-get-document-settings", "/v1/billing/documents")
        .summary("Read how documents are made: the letterhead, the accounting program's names, and delivery")
        .permission(Permission::TenantRead)
        .touches(&[Need::Get]);

/// Change how documents are made.
pub const CHANGE_SETTINGS: Route<NoPath, NoQuery, DocumentSettingsChanges, DocumentSettingsView> =
    Route::patch("billing-change-document-settings", "/v1/billing/documents")
        .summary(
            "Change how documents are made; each part is replaced as a whole, what is issued already stays as it is",
        )
        .permission(Permission::BillingManage)
        .touches(&[Need::Get]);

/// Read a document.
pub const GET: Route<AtInvoice, DocumentQuery, NoBody, DocumentView> =
    Route::get("billing-get-document", "/v1/invoices/{invoice}/document")
        .summary(
            "Get a link to an invoice or a credit note as PDF, JSON or CSV; a PDF that is still being made says so",
        )
        .permission(Permission::InvoiceRead)
        .touches(&[Need::Get, Need::Put, Need::Audit, Need::BlobGet, Need::BlobPut, Need::BlobLink, Need::Secret]);

/// Send an invoice.
pub const SEND: Route<AtInvoice, NoQuery, NoBody, InvoiceView> =
    Route::post("billing-send-invoice", "/v1/invoices/{invoice}/send")
        .summary(
            "Send an issued invoice or credit note to the client's billing addresses, once more if it was sent before",
        )
        .permission(Permission::InvoiceManage)
        .writes(Writes::ActsOnce)
        .touches(&[Need::Get]);

/// Make PDFs.
pub const RENDER: Reaction = Reaction {
    name: "documents-render",
    summary: "Makes the PDF of what was issued, credited or voided, of drafts that somebody wants to see, and of reports",
    on: &["invoice.issued", "invoice.credited", "invoice.voided", "invoice.document_wanted", "licence.audit_made"],
    timeout_s: 120,
    touches: &[Need::Get, Need::Put, Need::Audit, Need::BlobGet, Need::BlobPut, Need::Secret],
};

/// Megabytes of the function that makes PDFs. Lambda gives a whole processor from so many on (AWS Lambda, "Configure
/// Lambda function memory").
pub const RENDER_MEMORY_MB: u32 = 1_769;

/// As what a document is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentFormat {
    /// To be read and printed.
    #[default]
    Pdf,
    /// All that it says, for programs.
    Json,
    /// Its lines, for spreadsheets.
    Csv,
}

/// Which document.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentQuery {
    /// As what; a PDF when absent.
    pub format: Option<DocumentFormat>,
}

/// Whether a file is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// It is, behind the link.
    Ready,
    /// It is being made; ask again in a second or two.
    BeingMade,
}

/// A document's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DocumentView {
    /// Whether it is there; all below is absent while it is not.
    pub state: DocumentState,
    /// The file.
    pub file: Option<FileView>,
    /// Pages of a PDF.
    pub pages: Option<u32>,
    /// What is wrong with a PDF: characters that it cannot print.
    pub warnings: Vec<String>,
}

/// A file to be fetched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FileView {
    /// What it is called.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// How long it is.
    pub bytes: u64,
    /// Where it is: a link that needs no token, so treat it as one.
    pub url: String,
    /// Until when the link is good.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// What to change of how documents are made; absent parts stay, each is replaced as a whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "letterhead": {
        "name": "Nordlicht IT GmbH",
        "address": "Speicherstraße 7\n20457 Hamburg\nGermany",
        "tax_id": "DE123456789",
        "contact": "+49 40 1234567\nbilling@nordlicht.example",
        "payment": "IBAN DE02 1203 0000 0000 2020 51, BIC BYLADEM1001",
        "accent": "#1f4e79",
        "language": "en",
    },
    "books": {
        "item": "Services",
        "account": "200",
        "untaxed": "Tax Exempt",
        "dates": "day_first",
    },
    "delivery": "at_once",
}))]
pub struct DocumentSettingsChanges {
    /// Who writes, and how it looks, from now on.
    pub letterhead: Option<Letterhead>,
    /// What the accounting program calls things.
    pub books: Option<BookNames>,
    /// Whether invoices go out by themselves.
    pub delivery: Option<Delivery>,
}

/// How documents are made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DocumentSettingsView {
    /// Who writes, and how it looks.
    pub letterhead: Letterhead,
    /// What the accounting program calls things.
    pub books: BookNames,
    /// Whether invoices go out by themselves.
    pub delivery: Delivery,
    /// When they last changed; none as long as nobody has set them.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub updated_at: Option<Timestamp>,
}

impl From<DocumentSettings> for DocumentSettingsView {
    fn from(settings: DocumentSettings) -> Self {
        let DocumentSettings { letterhead, books, delivery, updated_at } = settings;
        DocumentSettingsView { letterhead, books, delivery, updated_at }
    }
}
