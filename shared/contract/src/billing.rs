//! How the tenant bills, and how each client is billed.

use domain::access::Permission;
use domain::billing::bill::{Grouping, Limits};
use domain::billing::client::ClientBilling;
use domain::billing::dunning::DunningPolicy;
use domain::billing::messages::ChargeMessages;
use domain::billing::proration::Proration;
use domain::billing::retry::RetryPolicy;
use domain::billing::settings::{BillingSettings, IssueMode, Numbering};
use domain::billing::taxes::{Exemption, Tax, TaxRounding};
use domain::billing::terms::PaymentTerms;
use domain::ids::ClientId;
use domain::users::Email;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clients::AtClient;
use crate::need::Need;
use crate::patch::nullable;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Read how the tenant bills.
pub const GET_SETTINGS: Route<NoPath, NoQuery, NoBody, BillingSettingsView> =
    Route::get("billing-get-settings", "/v1/billing/settings")
        .summary("Read how the MSP bills: taxes, numbers, terms")
        .permission(Permission::TenantRead)
        .touches(&[Need::Get]);

/// Change how the tenant bills.
pub const CHANGE_SETTINGS: Route<NoPath, NoQuery, BillingSettingsChanges, BillingSettingsView> =
    Route::patch("billing-change-settings", "/v1/billing/settings")
        .summary("Change how the MSP bills; lists are replaced as a whole, what is issued already stays as it is")
        .permission(Permission::BillingManage)
        .touches(&[Need::Get]);

/// Read how a client is billed.
pub const GET_CLIENT: Route<AtClient, NoQuery, NoBody, ClientBillingView> =
    Route::get("billing-get-client", "/v1/clients/{client}/billing")
        .summary("Read how a client is billed; a client's side reads its own")
        .permission(Permission::InvoiceRead)
        .touches(&[Need::Get]);

/// Change how a client is billed.
pub const CHANGE_CLIENT: Route<AtClient, NoQuery, ClientBillingChanges, ClientBillingView> =
    Route::patch("billing-change-client", "/v1/clients/{client}/billing")
        .summary("Change how a client is billed; what is issued already stays as it is")
        .permission(Permission::BillingManage)
        .touches(&[Need::Get]);

/// What to change of how the tenant bills; absent fields stay, lists are replaced as a whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "taxes": [{
        "code": "vat",
        "name": "VAT",
        "percent": [{ "from": "2007-01-01", "value": "19" }],
        "compound": false,
        "inclusive": false,
    }],
    "tax_rounding": "per_invoice",
    "invoice_numbers": { "prefix": "RE-2026-", "digits": 5 },
    "issue": "at_once",
    "terms": { "kind": "net_days", "days": 30 },
    "grouping": "per_client",
    "limits": { "lines_a_day": 15, "times_the_last": 3 },
    "retry": { "tries": 4, "first_wait_hours": 72, "factor": 2, "jitter_percent": 10 },
    "dunning": { "steps": [
        { "kind": "reminder", "days": -3 },
        { "kind": "overdue1", "days": 1, "message": {
            "subject": "Invoice {number} is {days_overdue} days overdue",
            "text": "Dear {client},\n\n{balance} was due on {due_on}. Pay here: {pay_link}\n\n{company}",
        } },
        { "kind": "overdue2", "days": 8 },
    ] },
}))]
pub struct BillingSettingsChanges {
    /// The taxes from now on, each with its past rates; those that are there stay.
    #[schema(max_items = 50)]
    pub taxes: Option<Vec<Tax>>,
    /// Where tax is rounded.
    pub tax_rounding: Option<TaxRounding>,
    /// How invoices are numbered from now on; the count goes on.
    pub invoice_numbers: Option<Numbering>,
    /// How credit notes are numbered from now on; the count goes on.
    pub credit_numbers: Option<Numbering>,
    /// What the run does with an invoice that nothing holds.
    pub issue: Option<IssueMode>,
    /// When invoices are due, unless client or contract say otherwise.
    pub terms: Option<PaymentTerms>,
    /// How parts of a period are billed, for new contracts that do not say.
    pub proration: Option<Proration>,
    /// What shares an invoice.
    pub grouping: Option<Grouping>,
    /// When a draft is held for approval.
    pub limits: Option<Limits>,
    /// How a saved way to pay is tried again.
    pub retry: Option<RetryPolicy>,
    /// What is done about what is not paid.
    pub dunning: Option<DunningPolicy>,
    /// What whoever pays is written of charges, and of an invoice that is void.
    pub charge_messages: Option<ChargeMessages>,
    /// Whether a client's credit pays an invoice as it is issued, before anybody is asked for money.
    pub use_credit_first: Option<bool>,
}

/// How the tenant bills.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BillingSettingsView {
    /// Its taxes, each with its past rates.
    pub taxes: Vec<Tax>,
    /// Where tax is rounded.
    pub tax_rounding: TaxRounding,
    /// How invoices are numbered.
    pub invoice_numbers: Numbering,
    /// How credit notes are numbered.
    pub credit_numbers: Numbering,
    /// What the run does with an invoice that nothing holds.
    pub issue: IssueMode,
    /// When invoices are due, unless client or contract say otherwise.
    pub terms: PaymentTerms,
    /// How parts of a period are billed, for new contracts that do not say.
    pub proration: Proration,
    /// What shares an invoice.
    pub grouping: Grouping,
    /// When a draft is held for approval.
    pub limits: Limits,
    /// How a saved way to pay is tried again.
    pub retry: RetryPolicy,
    /// What is done about what is not paid.
    pub dunning: DunningPolicy,
    /// What whoever pays is written of charges, and of an invoice that is void.
    pub charge_messages: ChargeMessages,
    /// Whether a client's credit pays an invoice as it is issued, before anybody is asked for money.
    pub use_credit_first: bool,
    /// When they last changed; none as long as nobody has set them.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub updated_at: Option<Timestamp>,
}

impl From<BillingSettings> for BillingSettingsView {
    fn from(settings: BillingSettings) -> Self {
        let BillingSettings { taxes, tax_rounding, invoice_numbers, credit_numbers, issue, .. } = settings;
        let BillingSettings { terms, proration, grouping, limits, retry, dunning, charge_messages, .. } = settings;
        let BillingSettings { use_credit_first, updated_at, .. } = settings;
        BillingSettingsView {
            taxes,
            tax_rounding,
            invoice_numbers,
            credit_numbers,
            issue,
            terms,
            proration,
            grouping,
            limits,
            retry,
            dunning,
            charge_messages,
            use_credit_first,
            updated_at,
        }
    }
}

/// What to change of how a client is billed; absent fields stay, `null` clears.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "emails": ["accounts@harbourdental.example"],
    "address": "Harbour Dental Group\n4 Queen Square\nBristol\nUnited Kingdom",
    "tax_id": "GB123456789",
    "exemption": { "certificate": "GB123456789", "note": "Reverse charge", "from": "2026-01-01" },
    "terms": { "kind": "end_of_month", "plus_days": 10 },
}))]
pub struct ClientBillingChanges {
    /// Where its invoices go from now on.
    #[schema(max_items = 10)]
    pub emails: Option<Vec<Email>>,
    /// What its invoices are addressed to; `null` for its name alone.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub address: Option<Option<String>>,
    /// Its VAT or tax number; `null` for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 40)]
    pub tax_id: Option<Option<String>>,
    /// Why it pays no tax; `null` when it does.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Exemption>)]
    pub exemption: Option<Option<Exemption>>,
    /// When its invoices are due; `null` as the MSP's settings say.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<PaymentTerms>)]
    pub terms: Option<Option<PaymentTerms>>,
    /// What new contracts with it are in; `null` for the MSP's.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Option<Currency>>,
    /// What shares an invoice; `null` as the MSP's settings say.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Grouping>)]
    pub grouping: Option<Option<Grouping>>,
    /// Since when it is flagged for what it does not pay; `null` when it is not any more.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, format = Date)]
    pub suspended_since: Option<Option<Date>>,
}

/// How a client is billed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClientBillingView {
    /// Which client.
    pub client: ClientId,
    /// Where its invoices go.
    pub emails: Vec<Email>,
    /// What its invoices are addressed to; none for its name alone.
    pub address: Option<String>,
    /// Its VAT or tax number.
    pub tax_id: Option<String>,
    /// Why it pays no tax.
    pub exemption: Option<Exemption>,
    /// When its invoices are due; none as the MSP's settings say.
    pub terms: Option<PaymentTerms>,
    /// What new contracts with it are in; none for the MSP's.
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
    /// What shares an invoice; none as the MSP's settings say.
    pub grouping: Option<Grouping>,
    /// Since when it is flagged for what it does not pay, by dunning or by hand; for the MSP's own people.
    #[schema(value_type = Option<String>, format = Date)]
    pub suspended_since: Option<Date>,
    /// When it last changed; none as long as nobody has set it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub updated_at: Option<Timestamp>,
}

impl From<ClientBilling> for ClientBillingView {
    fn from(billing: ClientBilling) -> Self {
        let ClientBilling { client, emails, address, tax_id, exemption, terms, currency, .. } = billing;
        let ClientBilling { grouping, suspended_since, updated_at, .. } = billing;
        ClientBillingView {
            client,
            emails,
            address,
            tax_id,
            exemption,
            terms,
            currency,
            grouping,
            suspended_since,
            updated_at,
        }
    }
}
