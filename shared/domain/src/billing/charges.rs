//! One-off charges of a client, which join its next invoice.

use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::bill::Charge;
use super::codes::TaxCode;
use super::lines::{LONGEST_TEXT, LONGEST_UNIT, MOST_TAXES};
use super::pricing::{HIGHEST_PRICE, LARGEST_QUANTITY, PRICE_DECIMALS, QUANTITY_DECIMALS};
use crate::error::Refusal;
use crate::ids::{ChargeId, ClientId, ContractId, InvoiceId, UserId};
use crate::invalid::Check;

/// A charge as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCharge {
    /// Who pays.
    pub client: ClientId,
    /// What it is in.
    pub currency: Currency,
    /// On the invoice of this contract; on the next one of any of the client's when there is none.
    #[serde(default)]
    pub contract: Option<ContractId>,
    /// What is charged.
    pub charge: Charge,
    /// Where it stands.
    pub state: ChargeState,
    /// Who charged it; none when a rule did.
    #[serde(default)]
    pub by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

/// Where a charge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ChargeState {
    /// On no invoice yet.
    Open {},
    /// Taken back before it was billed.
    Withdrawn {},
    /// On an invoice, and corrected by a credit note only.
    Billed {
        /// Which.
        invoice: InvoiceId,
    },
}

/// A charge to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCharge {
    /// Which charge.
    pub id: ChargeId,
    /// Who pays.
    pub client: ClientId,
    /// What it is in.
    pub currency: Currency,
    /// On the invoice of this contract only.
    pub contract: Option<ContractId>,
    /// The first local date on which it may be billed.
    pub on: Date,
    /// What the invoice says.
    pub text: String,
    /// How many.
    pub quantity: Decimal,
    /// Of what.
    pub unit: Option<String>,
    /// In major units.
    pub unit_price: Decimal,
    /// The taxes on it.
    pub taxes: Vec<TaxCode>,
    /// The invoice for which it is a late fee or interest.
    pub late_for: Option<InvoiceId>,
}

/// Adds a charge.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields.
pub fn add(new: NewCharge, by: Option<UserId>, now: Timestamp) -> Result<ClientCharge, Refusal> {
    let NewCharge { id, client, currency, contract, on, text, quantity, unit, unit_price, taxes, late_for } = new;
    let mut check = Check::new();
    check.line("/text", &text, LONGEST_TEXT);
    check.optional_line("/unit", unit.as_deref().unwrap_or_default(), LONGEST_UNIT);
    check.currency("/currency", currency);
    check.count("/taxes", taxes.len(), MOST_TAXES);
    let some = quantity > Decimal::ZERO && quantity <= LARGEST_QUANTITY;
    check.that(some, "/quantity", "out_of_range", "must be above 0 and at most 1000000000");
    let exact = quantity.normalize().scale() <= QUANTITY_DECIMALS;
    check.that(exact, "/quantity", "too_precise", "must have at most 6 decimal places");
    let sane = unit_price.abs() <= HIGHEST_PRICE && unit_price.normalize().scale() <= PRICE_DECIMALS;
    let detail = "must be at most 1000000000 with at most 9 decimal places; below zero it is a refund on the invoice";
    check.that(sane, "/unit_price", "out_of_range", detail);
    check.done()?;
    let charge =
        Charge { id, on, text: text.trim().to_owned(), quantity, unit, unit_price, taxes, service: None, late_for };
    Ok(ClientCharge { client, currency, contract, charge, state: ChargeState::Open {}, by, created_at: now })
}

/// Takes a charge back that is on no invoice yet. One that was taken back stays so.
///
/// # Errors
/// [`Refusal::Conflict`] `charge_billed` when it is on an invoice.
pub fn withdraw(charge: ClientCharge) -> Result<ClientCharge, Refusal> {
    match charge.state {
        ChargeState::Open {} | ChargeState::Withdrawn {} => {
            Ok(ClientCharge { state: ChargeState::Withdrawn {}, ..charge })
        }
        ChargeState::Billed { invoice } => {
            let detail = format!("it is on the invoice {invoice}; correct that with a credit note");
            Err(Refusal::conflict("charge_billed", detail))
        }
    }
}

/// Opens a charge again, because its invoice was made void. One that is not on this invoice stays as it is.
pub fn release(charge: ClientCharge, invoice: InvoiceId) -> ClientCharge {
    if charge.state == (ChargeState::Billed { invoice }) {
        ClientCharge { state: ChargeState::Open {}, ..charge }
    } else {
        charge
    }
}

/// Puts an open charge on an invoice. On the same invoice again it stays as it is.
///
/// # Errors
/// [`Refusal::Conflict`] `charge_not_open` when it is on another, or was taken back.
pub fn bill(charge: ClientCharge, invoice: InvoiceId) -> Result<ClientCharge, Refusal> {
    let state = ChargeState::Billed { invoice };
    if charge.state != state && !charge.is_open() {
        let detail = format!("{} is on another invoice, or was taken back; leave it out", charge.charge.id);
        return Err(Refusal::conflict("charge_not_open", detail));
    }
    Ok(ClientCharge { state, ..charge })
}

impl ClientCharge {
    /// Whether an invoice still has to take it up.
    pub fn is_open(&self) -> bool {
        self.state == ChargeState::Open {}
    }
}
