//! How a client is billed: where its invoices go, on what terms, and what taxes it is free from.

use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::billing::settings::{BillingSettings, Grouping};
use crate::billing::taxes::Exemption;
use crate::billing::terms::PaymentTerms;
use crate::email::Email;
use crate::error::Refusal;
use crate::ids::{ClientId, InvoiceId};
use crate::invalid::Check;

/// An invoice goes to at most so many addresses.
pub const MOST_EMAILS: usize = 10;
/// Long enough for a postal address with its country.
pub const LONGEST_ADDRESS: usize = 500;
/// So many invoices are remembered for which a client is flagged.
pub const MOST_SUSPENDING: usize = 200;
/// Long enough for any VAT number.
pub const LONGEST_TAX_ID: usize = 40;

/// How a client is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientBilling {
    /// Which client.
    pub client: ClientId,
    /// Where its invoices go, the first on `To:` and the others in copy.
    #[serde(default)]
    pub emails: Vec<Email>,
    /// What the invoice is addressed to, in lines; none as the client's name alone.
    #[serde(default)]
    pub address: Option<String>,
    /// Its VAT or tax number, printed on the invoice.
    #[serde(default)]
    pub tax_id: Option<String>,
    /// Why it pays no tax, if it does not.
    #[serde(default)]
    pub exemption: Option<Exemption>,
    /// When its invoices are due, unless a contract says otherwise; none as the tenant's settings say.
    #[serde(default)]
    pub terms: Option<PaymentTerms>,
    /// What new contracts with it are in; none is the tenant's.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// What shares an invoice; none as the tenant's settings say.
    #[serde(default)]
    pub grouping: Option<Grouping>,
    /// Since when it is flagged for what it does not pay, so that the desk knows.
    #[serde(default)]
    pub suspended_since: Option<Date>,
    /// The overdue invoices for which dunning flagged it; none when that was done by hand.
    #[serde(default)]
    pub suspended_for: Vec<InvoiceId>,
    /// When it last changed; none as long as nobody has set it.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

/// What to change; absent fields stay, `Some(None)` clears, lists are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClientBillingChanges {
    /// Where invoices go from now on.
    pub emails: Option<Vec<Email>>,
    /// Another address.
    pub address: Option<Option<String>>,
    /// Another number.
    pub tax_id: Option<Option<String>>,
    /// Another exemption.
    pub exemption: Option<Option<Exemption>>,
    /// Other terms.
    pub terms: Option<Option<PaymentTerms>>,
    /// Another currency.
    pub currency: Option<Option<Currency>>,
    /// Grouped otherwise.
    pub grouping: Option<Option<Grouping>>,
    /// Flagged, or not any more.
    pub suspended_since: Option<Option<Date>>,
}

impl ClientBilling {
    /// As the tenant's settings say, and nowhere to send it yet.
    pub const fn new(client: ClientId) -> Self {
        Self {
            client,
            emails: Vec::new(),
            address: None,
            tax_id: None,
            exemption: None,
            terms: None,
            currency: None,
            grouping: None,
            suspended_since: None,
            suspended_for: Vec::new(),
            updated_at: None,
        }
    }

    /// When its invoices are due.
    pub fn terms(&self, settings: &BillingSettings) -> PaymentTerms {
        self.terms.unwrap_or(settings.terms)
    }

    /// What shares an invoice of its.
    pub fn grouping(&self, settings: &BillingSettings) -> Grouping {
        self.grouping.unwrap_or(settings.grouping)
    }

    /// Flags it for an overdue invoice, as of a day; a flag that was set by hand stays one set by hand.
    #[must_use]
    pub fn suspended(mut self, invoice: InvoiceId, on: Date) -> Self {
        let by_hand = self.suspended_since.is_some() && self.suspended_for.is_empty();
        let known = self.suspended_for.contains(&invoice);
        if !by_hand && !known && self.suspended_for.len() < MOST_SUSPENDING {
            self.suspended_since.get_or_insert(on);
            self.suspended_for.push(invoice);
        }
        self
    }

    /// Once these invoices are not open any more: the flag falls with the last of those for which dunning set it.
    #[must_use]
    pub fn settled(mut self, closed: &[InvoiceId]) -> Self {
        let flagged = !self.suspended_for.is_empty();
        self.suspended_for.retain(|invoice| !closed.contains(invoice));
        if flagged && self.suspended_for.is_empty() {
            self.suspended_since = None;
        }
        self
    }

    fn check(&self, settings: &BillingSettings) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.count("/emails", self.emails.len(), MOST_EMAILS);
        for (index, email) in self.emails.iter().enumerate() {
            let new = !self.emails[..index].contains(email);
            check.that(new, &format!("/emails/{index}"), "duplicate", "is in the list already; leave one of them out");
        }
        if let Some(address) = &self.address {
            check.prose("/address", address, LONGEST_ADDRESS);
        }
        if let Some(tax_id) = &self.tax_id {
            check.line("/tax_id", tax_id, LONGEST_TAX_ID);
        }
        if let Some(exemption) = &self.exemption {
            check.part("/exemption", exemption.check());
            settings.check_codes("/exemption/taxes", &exemption.taxes, &mut check);
        }
        if let Some(currency) = self.currency {
            check.currency("/currency", currency);
        }
        if let Some(terms) = self.terms {
            terms.check("/terms", &mut check);
        }
        check.done()
    }
}

/// Changes how a client is billed. What is issued already stays as it is.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields, and for an exemption from a tax that the tenant does not have.
pub fn change(
    billing: &ClientBilling,
    changes: ClientBillingChanges,
    settings: &BillingSettings,
    now: Timestamp,
) -> Result<ClientBilling, Refusal> {
    let trimmed = |text: String| text.trim().to_owned();
    let mut after = ClientBilling {
        client: billing.client,
        emails: changes.emails.unwrap_or_else(|| billing.emails.clone()),
        address: changes.address.map_or_else(|| billing.address.clone(), |address| address.map(trimmed)),
        tax_id: changes.tax_id.map_or_else(|| billing.tax_id.clone(), |tax_id| tax_id.map(trimmed)),
        exemption: changes.exemption.unwrap_or_else(|| billing.exemption.clone()),
        terms: changes.terms.unwrap_or(billing.terms),
        currency: changes.currency.unwrap_or(billing.currency),
        grouping: changes.grouping.unwrap_or(billing.grouping),
        suspended_since: changes.suspended_since.unwrap_or(billing.suspended_since),
        // What somebody says by hand stays until somebody says otherwise.
        suspended_for: if changes.suspended_since.is_some() { Vec::new() } else { billing.suspended_for.clone() },
        updated_at: billing.updated_at,
    };
    if after != *billing {
        after.check(settings)?;
        after.updated_at = Some(now);
    }
    Ok(after)
}
