//! A payment provider that moves no money and behaves like Stripe with its test cards (Stripe, "Test card numbers",
//! PaymentMethods): what a way to pay is called says what becomes of it. It keeps idempotency keys, and lists what it did.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::billing::wallet::{MethodKind, Shown};
use domain::money::{Money, exponent};
use runtime::provider::{
    Answered, Charge, Charged, NewMethod, PayPage, PaymentProvider, ProviderError, Refund, Saved, Whose,
};
use serde::Serialize;

use crate::embedded::{Fault, Seam};

/// Always charged.
pub const VISA: &str = "pm_card_visa";
/// Too little on the account: declined, and may work later.
pub const INSUFFICIENT_FUNDS: &str = "pm_card_visa_chargeDeclinedInsufficientFunds";
/// Too little on the account for the first two tries of each invoice, and enough from the third on. Stripe has no such
/// card.
pub const DECLINED_TWICE: &str = "pm_test_declinedTwice";
/// Declined for ever.
pub const EXPIRED: &str = "pm_card_chargeDeclinedExpiredCard";
/// The payer has to confirm it.
pub const NEEDS_AUTHENTICATION: &str = "pm_card_authenticationRequired";
/// Charged, and the answer never arrives. Stripe has no such card.
pub const ANSWER_LOST: &str = "pm_test_answerLost";
/// Nothing arrives, and nobody can tell. Stripe has no such card.
pub const NEVER_ARRIVES: &str = "pm_test_neverArrives";

/// The least that it charges, in hundredths of a currency that has such (Stripe, "Minimum and maximum charge amounts", for
/// euros and dollars).
pub const LEAST: i64 = 50;

/// Something that it did.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum Did {
    /// It took money.
    Charged {
        /// Under which key.
        key: String,
        /// By which way to pay.
        method: String,
        /// How much.
        amount: Money,
    },
    /// It took none.
    Declined {
        /// Under which key.
        key: String,
        /// Why.
        code: String,
    },
    /// It gave money back.
    Refunded {
        /// Under which key.
        key: String,
        /// Of which payment.
        reference: String,
        /// How much.
        amount: Money,
    },
}

#[derive(Debug, Default)]
struct Books {
    charges: BTreeMap<String, (Charge, Charged)>,
    refunds: BTreeMap<String, Refund>,
    done: Vec<Did>,
    pages: BTreeMap<String, PayPage>,
    /// The pages on which somebody paid: that is done once on each.
    done_with: BTreeSet<String>,
    /// Whose the payments on pages are, by their names.
    paid: BTreeMap<String, Whose>,
    /// What a way to pay does that otherwise does what it is called.
    instead: BTreeMap<String, String>,
    /// Whether it gives nothing back.
    refuses: bool,
}

/// The provider. Clones share it.
#[derive(Clone)]
pub struct TestProvider {
    books: Arc<Mutex<Books>>,
    seam: Seam,
    at: String,
}

impl TestProvider {
    /// Behind a seam, where its calls are counted and made to fail like all others.
    /// Its pages are under `at`.
    #[must_use]
    pub fn new(seam: Seam, at: &str) -> Self {
        TestProvider { books: Arc::default(), seam, at: at.to_owned() }
    }

    /// A page that it was asked for.
    #[must_use]
    pub fn page(&self, key: &str) -> Option<PayPage> {
        self.books().pages.get(key).cloned()
    }

    /// Notes a payment on a page, by its name; none where it was paid on before, or where there is no such page.
    pub(crate) fn is_paid(&self, key: &str, reference: &str) -> Option<PayPage> {
        let mut books = self.books();
        let page = books.pages.get(key)?.clone();
        if !books.done_with.insert(key.to_owned()) {
            return None;
        }
        let whose = Whose { tenant: page.tenant, invoice: page.invoice, key: None };
        books.paid.insert(reference.to_owned(), whose);
        Some(page)
    }

    /// What it did, oldest first.
    #[must_use]
    pub fn done(&self) -> Vec<Did> {
        self.books().done.clone()
    }

    /// From now on a way to pay behaves as another one.
    pub fn behaves(&self, method: &str, like: &str) {
        self.books().instead.insert(method.to_owned(), like.to_owned());
    }

    /// From now on it refuses to give anything back, or does so again.
    pub fn refuses_refunds(&self, refuses: bool) {
        self.books().refuses = refuses;
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The idempotent heart: the first call under a key decides, a later one must be the same.
    fn charged(&self, charge: &Charge) -> Result<Charged, ProviderError> {
        let mut books = self.books();
        if let Some((before, charged)) = books.charges.get(&charge.key) {
            let same = (&before.method, before.amount) == (&charge.method, charge.amount);
            let reused = || ProviderError::Refused("the key was used for another charge".to_owned());
            return if same { Ok(charged.clone()) } else { Err(reused()) };
        }
        let behaves = books.instead.get(&charge.method).unwrap_or(&charge.method).clone();
        if behaves == NEVER_ARRIVES {
            return Err(ProviderError::Unknown("the line went dead before it was there".to_owned()));
        }
        if exponent(charge.amount.currency()) == 2 && charge.amount.minor() < LEAST {
            return Err(ProviderError::Refused(format!(
                "400: it charges no less than 0.50, and not {}",
                charge.amount
            )));
        }
        let key = charge.key.clone();
        let tried =
            |(before, _): &&(Charge, Charged)| (before.invoice, &before.method) == (charge.invoice, &charge.method);
        let code = match behaves.as_str() {
            DECLINED_TWICE => (books.charges.values().filter(tried).count() < 2).then_some("insufficient_funds"),
            other => declined(other),
        };
        let charged = match code {
            None => {
                books.done.push(Did::Charged {
                    key: key.clone(),
                    method: charge.method.clone(),
                    amount: charge.amount,
                });
                Charged::Succeeded { reference: format!("pi_{key}") }
            }
            Some(code) => {
                books.done.push(Did::Declined { key: key.clone(), code: code.to_owned() });
                Charged::Declined { code: code.to_owned() }
            }
        };
        books.charges.insert(key, (charge.clone(), charged.clone()));
        if behaves == ANSWER_LOST {
            return Err(ProviderError::Unknown("the line went dead before the answer was there".to_owned()));
        }
        Ok(charged)
    }

    fn refunded(&self, refund: &Refund) -> Result<(), ProviderError> {
        let mut books = self.books();
        if let Some(before) = books.refunds.get(&refund.key) {
            let same = (&before.reference, before.amount) == (&refund.reference, refund.amount);
            let reused = || ProviderError::Refused("the key was used for another refund".to_owned());
            return if same { Ok(()) } else { Err(reused()) };
        }
        if books.refuses {
            return Err(ProviderError::Refused("the charge is disputed".to_owned()));
        }
        let (key, reference, amount) = (refund.key.clone(), refund.reference.clone(), refund.amount);
        let back: i64 =
            books.refunds.values().filter(|earlier| earlier.reference == reference).map(|r| r.amount.minor()).sum();
        let charged = books.charges.values().find_map(|(charge, charged)| {
            let fits = *charged == Charged::Succeeded { reference: reference.clone() };
            fits.then(|| charge.amount.minor())
        });
        // A page's payment is not known here: it was only told of.
        if charged.is_some_and(|charged| back + amount.minor() > charged) {
            return Err(ProviderError::Refused("that is more than is left of the charge".to_owned()));
        }
        books.refunds.insert(key.clone(), refund.clone());
        books.done.push(Did::Refunded { key, reference, amount });
        Ok(())
    }

    async fn call<T>(
        &self,
        what: &str,
        work: impl FnOnce() -> Result<T, ProviderError> + Send,
    ) -> Result<T, ProviderError> {
        match self.seam.outside(what, work).await {
            Ok(answer) => answer,
            Err(fault @ (Fault::Throttled | Fault::Conflict)) => Err(ProviderError::NotTaken(format!("{fault:?}"))),
            // Whoever calls cannot tell whether the request was lost or the answer.
            Err(fault @ (Fault::NotSent | Fault::AnswerLost)) => Err(ProviderError::Unknown(format!("{fault:?}"))),
        }
    }
}

/// The code with which a way to pay is declined.
fn declined(method: &str) -> Option<&'static str> {
    match method {
        "pm_card_visa_chargeDeclined" => Some("generic_decline"),
        INSUFFICIENT_FUNDS => Some("insufficient_funds"),
        "pm_card_visa_chargeDeclinedLostCard" => Some("lost_card"),
        "pm_card_visa_chargeDeclinedStolenCard" => Some("stolen_card"),
        EXPIRED => Some("expired_card"),
        "pm_card_chargeDeclinedProcessingError" => Some("processing_error"),
        NEEDS_AUTHENTICATION => Some("authentication_required"),
        _ => None,
    }
}

impl PaymentProvider for TestProvider {
    fn save<'a>(&'a self, new: &'a NewMethod) -> Answered<'a, Saved> {
        Box::pin(self.call("save", move || {
            if !new.token.starts_with("pm_") {
                return Err(ProviderError::Refused(format!("there is no way to pay {}", new.token)));
            }
            let shown = Shown {
                kind: MethodKind::Card,
                brand: "visa".to_owned(),
                last4: Some("4242".to_owned()),
                good_until: Some("2034-12".to_owned()),
            };
            let customer = new.customer.clone().unwrap_or_else(|| format!("cus_{}", new.client));
            Ok(Saved { customer, token: new.token.clone(), shown })
        }))
    }

    fn forget<'a>(&'a self, _: &'a str) -> Answered<'a, ()> {
        Box::pin(self.call("forget", || Ok(())))
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> Answered<'a, Charged> {
        Box::pin(self.call("charge", move || self.charged(charge)))
    }

    fn find_charge<'a>(&'a self, charge: &'a Charge) -> Answered<'a, Option<Charged>> {
        Box::pin(
            self.call("find_charge", move || {
                Ok(self.books().charges.get(&charge.key).map(|(_, charged)| charged.clone()))
            }),
        )
    }

    fn refund<'a>(&'a self, refund: &'a Refund) -> Answered<'a, ()> {
        Box::pin(self.call("refund", move || self.refunded(refund)))
    }

    fn find_refund<'a>(&'a self, refund: &'a Refund) -> Answered<'a, bool> {
        Box::pin(self.call("find_refund", move || Ok(self.books().refunds.contains_key(&refund.key))))
    }

    fn whose<'a>(&'a self, reference: &'a str) -> Answered<'a, Option<Whose>> {
        Box::pin(self.call("whose", move || {
            let books = self.books();
            let is_it =
                |charged: &Charged| matches!(charged, Charged::Succeeded { reference: its } if its == reference);
            let charged = books.charges.values().find(|(_, charged)| is_it(charged)).map(|(charge, _)| Whose {
                tenant: charge.tenant,
                invoice: charge.invoice,
                key: Some(charge.key.clone()),
            });
            Ok(charged.or_else(|| books.paid.get(reference).cloned()))
        }))
    }

    fn pay_page<'a>(&'a self, page: &'a PayPage) -> Answered<'a, String> {
        Box::pin(self.call("pay_page", move || {
            self.books().pages.insert(page.key.clone(), page.clone());
            Ok(format!("{}/local/pay/{}", self.at, page.key))
        }))
    }
}
