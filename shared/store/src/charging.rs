//! Saved ways to pay, the charging of invoices by them, refunds that are under way, and the webhooks that were heard.

use domain::billing::refunds::{BackPart, DisputeState};
use domain::billing::retry::Charging;
use domain::billing::wallet::Wallet;
use domain::ids::{ClientId, InvoiceId, PaymentId};
use domain::money::Money;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::item::{Place, Record};
use crate::keys::{self, digest};
use crate::{Commit, Result, TenantStore, Versioned};

/// The job that charges, asks and gives back.
pub const RETRY: &str = "billing-payment-retry";
/// How long a webhook that was heard is remembered. Stripe sends one again for three days ("Webhooks", automatic retries),
/// and by hand for thirty.
const HEARD: SignedDuration = SignedDuration::from_hours(35 * 24);

impl Record for Wallet {
    fn place(&self) -> Place {
        Place::at(keys::wallet(self.client))
    }
}

/// The charging of an invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptCharging {
    /// What was tried, and what comes next.
    pub charging: Charging,
    /// Whose invoice it is.
    pub client: ClientId,
    /// When the job looks at it next.
    pub due_at: Option<Timestamp>,
    /// The request that asked for the latest attempt, if it was not the job: its repeat makes no other.
    pub asked_by: Option<String>,
}

impl Record for KeptCharging {
    fn place(&self) -> Place {
        Place { due: self.due_at.map(|at| (RETRY, at)), ..Place::at(keys::charging(self.charging.invoice)) }
    }
}

/// A refund that was noted before the provider was asked for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenRefund {
    /// Under which the provider makes it once.
    pub key: String,
    /// How much.
    pub amount: Money,
    /// From which invoice; from the client's credit when absent.
    pub invoice: Option<InvoiceId>,
    /// What of the client's credit waits for it.
    #[serde(default)]
    pub held: Option<Money>,
    /// The request that asked for it: its repeat goes on with it.
    pub asked_by: Option<String>,
    /// When the job looks after it, if the request does not.
    pub due_at: Timestamp,
}

/// The refunds of a payment by the provider: at most one at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refunding {
    /// Of which payment.
    pub payment: PaymentId,
    /// How many were begun.
    pub begun: u32,
    /// The one that is under way.
    pub open: Option<OpenRefund>,
    /// The request whose refund was made last: its repeat makes no other.
    pub made_for: Option<String>,
}

impl Record for Refunding {
    fn place(&self) -> Place {
        Place { due: self.open.as_ref().map(|open| (RETRY, open.due_at)), ..Place::at(keys::refunding(self.payment)) }
    }
}

/// Money of a payment that went back at the provider: once for each name that there is for it, for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptBack {
    /// Of which payment.
    pub payment: PaymentId,
    /// The provider's name for the refund, or for the dispute that was lost; our key of a refund that was asked for here.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// From where it was taken, as far as it was; none for what was written before that was kept.
    #[serde(default)]
    pub parts: Option<Vec<BackPart>>,
    /// Whether it failed, and did not go back or came back.
    #[serde(default)]
    pub failed: bool,
}

impl Record for KeptBack {
    fn place(&self) -> Place {
        Place::at(keys::went_back(self.payment, &digest([self.reference.as_bytes()])))
    }
}

/// A dispute of a payment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptDispute {
    /// Of which payment.
    pub payment: PaymentId,
    /// The provider's name for it.
    pub reference: String,
    /// Where it stands.
    pub state: DisputeState,
    /// The invoices whose dunning waits for it.
    pub paused: Vec<InvoiceId>,
}

impl Record for KeptDispute {
    fn place(&self) -> Place {
        Place::at(keys::dispute(self.payment, &digest([self.reference.as_bytes()])))
    }
}

/// That a webhook was heard.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Heard {
    webhook: String,
    until: Timestamp,
}

impl Record for Heard {
    fn place(&self) -> Place {
        Place { expires: Some(self.until), ..Place::at(keys::webhook(&self.webhook)) }
    }
}

impl TenantStore {
    /// A client's ways to pay; none, at revision 0, before the first.
    pub async fn wallet(&self, client: ClientId) -> Result<Versioned<Wallet>> {
        let none = || Versioned { value: Wallet::new(client), rev: 0 };
        Ok(self.find(&keys::wallet(client)).await?.unwrap_or_else(none))
    }

    /// The charging of an invoice, if it has begun.
    pub async fn charging(&self, invoice: InvoiceId) -> Result<Option<Versioned<KeptCharging>>> {
        self.find(&keys::charging(invoice)).await
    }

    /// The refunds of a payment by the provider; none, at revision 0, before the first.
    pub async fn refunding(&self, payment: PaymentId) -> Result<Versioned<Refunding>> {
        let none = || Versioned { value: Refunding { payment, begun: 0, open: None, made_for: None }, rev: 0 };
        Ok(self.find(&keys::refunding(payment)).await?.unwrap_or_else(none))
    }

    /// What the books know of money that went back under this name.
    pub async fn gone_back(&self, payment: PaymentId, reference: &str) -> Result<Option<Versioned<KeptBack>>> {
        self.find(&keys::went_back(payment, &digest([reference.as_bytes()]))).await
    }

    /// A dispute of a payment, by the provider's name for it.
    pub async fn dispute(&self, payment: PaymentId, reference: &str) -> Result<Option<Versioned<KeptDispute>>> {
        self.find(&keys::dispute(payment, &digest([reference.as_bytes()]))).await
    }

    /// Whether a webhook was heard before, by the id that its sender gave it.
    pub async fn has_heard(&self, webhook: &str) -> Result<bool> {
        let found: Option<Versioned<Heard>> = self.find(&keys::webhook(&digest([webhook.as_bytes()]))).await?;
        Ok(found.is_some())
    }
}

impl Commit {
    /// Notes, with its effect, that a webhook was heard.
    pub fn hear(self, webhook: &str, now: Timestamp) -> Self {
        let until = now.saturating_add(HEARD).unwrap_or(Timestamp::MAX);
        self.create(&Heard { webhook: digest([webhook.as_bytes()]), until })
    }
}
