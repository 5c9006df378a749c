//! The payment provider: who saves ways to pay, charges them, and gives money back.
//!
//! Everything that moves money goes under a key of ours. A provider does what a key names once, however often it is
//! asked, and can be asked later what became of it.

use domain::billing::wallet::Shown;
use domain::ids::{ClientId, InvoiceId, PaymentId, TenantId};
use domain::money::Money;
use futures::future::BoxFuture;
use jiff::Timestamp;

/// What a provider answers.
pub type Answered<'a, T> = BoxFuture<'a, Result<T, ProviderError>>;

/// A way to pay that a client gave to the provider in its own form, to be kept for later.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMethod {
    /// Whose client.
    pub tenant: TenantId,
    /// Whose.
    pub client: ClientId,
    /// The client's name, for whoever looks at the provider.
    pub name: String,
    /// The provider's name for the client, if it has one already.
    pub customer: Option<String>,
    /// What the provider's form gave for the way to pay.
    pub token: String,
}

/// A way to pay that can be charged later.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// The provider's name for the client.
    pub customer: String,
    /// The provider's name for the way to pay.
    pub token: String,
    /// What a person knows it by.
    pub shown: Shown,
}

/// A try to charge a saved way to pay while nobody is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Charge {
    /// Under which it is done once.
    pub key: String,
    /// Whose invoice.
    pub tenant: TenantId,
    /// For which invoice.
    pub invoice: InvoiceId,
    /// What the payer reads on the statement's details.
    pub text: String,
    /// The provider's name for the client.
    pub customer: String,
    /// The provider's name for the way to pay.
    pub method: String,
    /// How much.
    pub amount: Money,
    /// When it was first sent, or was to be.
    pub at: Timestamp,
}

/// What became of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charged {
    /// The money is here, or surely comes. With the provider's name for it.
    Succeeded {
        /// The provider's name for the payment.
        reference: String,
    },
    /// Nothing was charged. With the provider's code for why.
    Declined {
        /// See `DeclineClass::of`.
        code: String,
    },
    /// The bank has not said yet.
    Pending,
}

/// Money to be given back.
#[derive(Clone, Debug, PartialEq)]
pub struct Refund {
    /// Under which it is done once.
    pub key: String,
    /// Whose payment.
    pub tenant: TenantId,
    /// Of which payment.
    pub payment: PaymentId,
    /// The provider's name for the payment.
    pub reference: String,
    /// How much.
    pub amount: Money,
}

/// Whose a payment is, as we told the provider when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    /// Whose.
    pub tenant: TenantId,
    /// For which invoice.
    pub invoice: InvoiceId,
    /// The key of the try that it is of; none for a payment on a page.
    pub key: Option<String>,
}

/// A page of the provider on which somebody pays an invoice.
#[derive(Clone, Debug, PartialEq)]
pub struct PayPage {
    /// Under which there is one page.
    pub key: String,
    /// Whose invoice.
    pub tenant: TenantId,
    /// Which invoice.
    pub invoice: InvoiceId,
    /// What is paid.
    pub text: String,
    /// How much.
    pub amount: Money,
    /// Where the payer's browser goes after.
    pub back_to: String,
}

/// Why a provider did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It may have done it or not: ask before anything else is charged.
    #[error("what the payment provider did is not known: {0}")]
    Unknown(String),
    /// It surely did nothing, and may do it later.
    #[error("the payment provider did nothing: {0}")]
    NotTaken(String),
    /// It surely did nothing, and will not do this.
    #[error("the payment provider refused: {0}")]
    Refused(String),
    /// This deployment has none.
    #[error("no payment provider is set up")]
    Absent,
}

/// Whoever moves the money.
pub trait PaymentProvider: Send + Sync {
    /// Keeps a way to pay. A repeat keeps the same one.
    fn save<'a>(&'a self, new: &'a NewMethod) -> Answered<'a, Saved>;

    /// Forgets a way to pay. One that it does not know is forgotten already.
    fn forget<'a>(&'a self, token: &'a str) -> Answered<'a, ()>;

    /// Charges. A repeat under the same key answers what the first came to. A way to pay that it does not know is declined;
    /// [`ProviderError::Refused`] is a charge that no way to pay would do for.
    fn charge<'a>(&'a self, charge: &'a Charge) -> Answered<'a, Charged>;

    /// What became of a charge; none when it never arrived.
    fn find_charge<'a>(&'a self, charge: &'a Charge) -> Answered<'a, Option<Charged>>;

    /// Gives money back. A repeat under the same key gives nothing more.
    fn refund<'a>(&'a self, refund: &'a Refund) -> Answered<'a, ()>;

    /// Whether money was given back under this key.
    fn find_refund<'a>(&'a self, refund: &'a Refund) -> Answered<'a, bool>;

    /// Whose a payment is that the provider has this name for; none for one that we did not ask for.
    fn whose<'a>(&'a self, reference: &'a str) -> Answered<'a, Option<Whose>>;

    /// The address of a page on which somebody pays.
    fn pay_page<'a>(&'a self, page: &'a PayPage) -> Answered<'a, String>;
}

impl From<ProviderError> for crate::Error {
    /// For what was asked by somebody who waits for the answer and may ask again.
    fn from(error: ProviderError) -> Self {
        use domain::error::Refusal;
        match error {
            ProviderError::Unknown(_) | ProviderError::NotTaken(_) => {
                tracing::warn!(%error, "the payment provider did not answer as it should");
                let detail = "The payment provider did not answer. Try again in a minute; with the same Idempotency-Key nothing is done twice.";
                crate::Error::Outside(detail)
            }
            ProviderError::Refused(why) => {
                let detail = format!("the payment provider refused: {why}; mend that and try again with a new key");
                Refusal::conflict("provider_refused", detail).into()
            }
            ProviderError::Absent => {
                let detail =
                    "no payment provider is set up; record payments by hand, or set one up (docs/operations.md)";
                Refusal::conflict("no_provider", detail).into()
            }
        }
    }
}
