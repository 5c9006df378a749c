//! All that a document says: the invoice, its lines, and who writes to whom, as they were when it was made.

use iso_currency::Currency;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::settings::Letterhead;
use crate::billing::client::ClientBilling;
use crate::billing::cycle::Period;
use crate::billing::invoice::{Invoice, InvoiceKind, InvoiceLine, InvoiceState, Totals};
use crate::billing::taxes::{Exempted, TaxRounding, TaxSum};
use crate::billing::terms::PaymentTerms;
use crate::ids::InvoiceId;
use crate::money::Money;

/// What a document stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Look {
    /// Nothing yet: it may change, and each change has its own document.
    Draft,
    /// The invoice, or the credit note, as it was issued. There is one for ever.
    Issued,
    /// The same, crossed out. There is one for ever.
    Void,
}

impl Look {
    /// How an invoice looks as it stands.
    pub const fn of(invoice: &Invoice) -> Self {
        match (invoice.state, &invoice.number) {
            (InvoiceState::Void, Some(_)) => Self::Void,
            (_, Some(_)) => Self::Issued,
            (_, None) => Self::Draft,
        }
    }

    /// As it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Issued => "issued",
            Self::Void => "void",
        }
    }
}

/// A document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it stands for.
    pub look: Look,
    /// Of which invoice.
    pub id: InvoiceId,
    /// What kind of one.
    pub kind: InvoiceKind,
    /// Its number; a draft has none.
    pub number: Option<String>,
    /// The invoice that a credit note corrects.
    pub corrects: Option<Corrected>,
    /// Who writes.
    pub issuer: Issuer,
    /// To whom.
    pub recipient: Recipient,
    /// Its date.
    pub issued_on: Option<Date>,
    /// The last day on which paying is in time.
    pub due_on: Option<Date>,
    /// Until when it is to be paid.
    pub terms: PaymentTerms,
    /// The days that it pays for.
    pub service: Option<Period>,
    /// What all amounts are in.
    pub currency: Currency,
    /// The lines' sums.
    pub totals: Totals,
    /// What of the total the client's credit paid as it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_credit: Option<Money>,
    /// The tax summary.
    pub taxes: Vec<TaxSum>,
    /// Where tax was rounded.
    pub tax_rounding: TaxRounding,
    /// What was not taxed.
    pub exempted: Vec<Exempted>,
    /// A remark; on a credit note the reason.
    pub note: Option<String>,
    /// Where it can be paid; none on what is not to be paid.
    pub pay_at: Option<String>,
    /// What was sold.
    pub lines: Vec<InvoiceLine>,
}

/// The invoice that a credit note corrects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corrected {
    /// Which one.
    pub id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Its date.
    pub issued_on: Option<Date>,
}

/// Who writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// The name that it goes by.
    pub name: String,
    /// Its letterhead.
    pub letterhead: Letterhead,
}

/// To whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// The client's name.
    pub name: String,
    /// What it is addressed to, in lines; none for its name alone.
    pub address: Option<String>,
    /// Its VAT or tax number.
    pub tax_id: Option<String>,
}

/// Who writes to whom.
#[derive(Debug, Clone)]
pub struct Parties<'a> {
    /// The tenant's name.
    pub tenant: &'a str,
    /// Its letterhead.
    pub letterhead: &'a Letterhead,
    /// The client's name.
    pub client: &'a str,
    /// How the client is billed.
    pub billing: &'a ClientBilling,
}

impl Document {
    /// Of an invoice with all its lines. `pay_at` is where it can be paid, if it is to be.
    pub fn of(
        invoice: &Invoice,
        lines: Vec<InvoiceLine>,
        parties: &Parties<'_>,
        corrects: Option<Corrected>,
        pay_at: &str,
    ) -> Self {
        let look = Look::of(invoice);
        let is_bill = look == Look::Issued && invoice.kind != InvoiceKind::CreditNote;
        let payable = is_bill && !left(invoice.totals, invoice.used_credit).is_zero();
        let name = parties.letterhead.name.clone().unwrap_or_else(|| parties.tenant.to_owned());
        let ClientBilling { address, tax_id, .. } = parties.billing.clone();
        Self {
            look,
            id: invoice.id,
            kind: invoice.kind,
            number: invoice.number.as_ref().map(ToString::to_string),
            corrects,
            issuer: Issuer { name, letterhead: parties.letterhead.clone() },
            recipient: Recipient { name: parties.client.to_owned(), address, tax_id },
            issued_on: invoice.issued_on,
            due_on: invoice.due_on,
            terms: invoice.terms,
            service: invoice.period(),
            currency: invoice.currency,
            totals: invoice.totals,
            used_credit: invoice.used_credit,
            taxes: invoice.taxes.clone(),
            tax_rounding: invoice.tax_rounding,
            exempted: invoice.exempted.clone(),
            note: invoice.note.clone(),
            pay_at: payable.then(|| pay_at.to_owned()),
            lines,
        }
    }

    /// What is to be paid, or was credited.
    pub fn due(&self) -> Money {
        left(self.totals, self.used_credit)
    }

    /// The same, crossed out: what was issued, and is void now.
    #[must_use]
    pub fn voided(self) -> Self {
        Self { look: Look::Void, pay_at: None, ..self }
    }

    /// What its file is called, without its ending: its number with nothing that a file's name cannot hold.
    pub fn file_name(&self) -> String {
        file_name(self.kind, self.number.as_deref())
    }
}

fn left(totals: Totals, used: Option<Money>) -> Money {
    Money::new(totals.total.minor() - used.map_or(0, |used| used.minor()), totals.total.currency())
}

/// What the file of an invoice with this number is called, as [`Document::file_name`]; a draft has none.
pub fn file_name(kind: InvoiceKind, number: Option<&str>) -> String {
    let kind = if kind == InvoiceKind::CreditNote { "credit-note" } else { "invoice" };
    let Some(number) = number else { return format!("{kind}-draft") };
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    format!("{kind}-{}", number.chars().map(plain).collect::<String>())
}
