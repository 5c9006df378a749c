//! The ways to pay that a client saved with the payment provider. Numbers of cards never come here: a way to pay is the
//! provider's name for it, and what a person knows it by.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::ids::{ClientId, PaymentMethodId};

/// Most ways to pay of one client: they live in one item, and one is enough.
pub const MOST_METHODS: usize = 10;
/// Longest name that a provider gives to something.
pub const LONGEST_NAME: usize = 255;

/// What a way to pay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum MethodKind {
    /// A credit or debit card.
    Card,
    /// A mandate to debit a bank account.
    BankDebit,
    /// Anything else that the provider charges.
    Other,
}

/// What a person knows a way to pay by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Shown {
    /// What it is.
    pub kind: MethodKind,
    /// The card's brand or the bank.
    pub brand: String,
    /// The last four digits, where it has such.
    #[serde(default)]
    pub last4: Option<String>,
    /// The last month in which a card is good, as `2030-12`.
    #[serde(default)]
    pub good_until: Option<String>,
}

/// A way to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedMethod {
    /// Which one.
    pub id: PaymentMethodId,
    /// The provider's name for it.
    pub token: String,
    /// What a person knows it by.
    pub shown: Shown,
    /// When it was saved.
    pub added_at: Timestamp,
    /// Whether the client agreed, when it was saved last, that what is due is charged to it by itself. Of what was saved before
    /// that was kept, the default's is known by the wallet's `automatic`.
    #[serde(default)]
    pub agreed: bool,
}

/// A client's ways to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wallet {
    /// Whose.
    pub client: ClientId,
    /// The provider's name for the client.
    #[serde(default)]
    pub customer: Option<String>,
    /// In the order in which they were saved.
    #[serde(default)]
    pub methods: Vec<SavedMethod>,
    /// Which one is charged unless another is named.
    #[serde(default)]
    pub default: Option<PaymentMethodId>,
    /// Whether what is due is charged to the default by itself. The client agreed to that when it was saved.
    #[serde(default)]
    pub automatic: bool,
}

impl Wallet {
    /// Without any.
    pub const fn new(client: ClientId) -> Self {
        Self { client, customer: None, methods: Vec::new(), default: None, automatic: false }
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when it is not there, or not any more.
    pub fn method(&self, id: PaymentMethodId) -> Result<&SavedMethod, Refusal> {
        self.methods.iter().find(|method| method.id == id).ok_or(Refusal::NotFound)
    }

    /// What is charged by itself: the default, if the client agreed to that.
    pub fn by_itself(&self) -> Option<PaymentMethodId> {
        self.default.filter(|id| self.automatic && self.method(*id).is_ok())
    }

    /// With one more, which is the default from now on. One that is there already becomes the default, and what the client
    /// agreed to for it is what it agrees to now.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when there are too many.
    pub fn with(mut self, customer: String, method: SavedMethod, automatic: bool) -> Result<Self, Refusal> {
        self.default = Some(method.id);
        self.customer = Some(customer);
        self.automatic = automatic;
        if let Some(known) = self.methods.iter_mut().find(|known| known.id == method.id) {
            known.agreed = automatic;
            return Ok(self);
        }
        if self.methods.len() >= MOST_METHODS {
            return Err(Refusal::conflict(
                "too_many_methods",
                "the client has 10 ways to pay; remove one of them first",
            ));
        }
        self.methods.push(SavedMethod { agreed: automatic, ..method });
        Ok(self)
    }

    /// Without one of them. If it was the default, the one saved last takes its place; it is charged by itself
    /// if the client agreed to that for both.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when it is not there, or not any more.
    pub fn without(mut self, id: PaymentMethodId) -> Result<Self, Refusal> {
        self.method(id)?;
        self.methods.retain(|method| method.id != id);
        if self.default == Some(id) {
            let last = self.methods.last();
            self.automatic = self.automatic && last.is_some_and(|method| method.agreed);
            self.default = last.map(|method| method.id);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(n: u128) -> SavedMethod {
        SavedMethod {
            id: PaymentMethodId::from_uuid(uuid::Uuid::from_u128(n)),
            token: format!("pm_{n}"),
            shown: Shown { kind: MethodKind::Card, brand: "visa".into(), last4: None, good_until: None },
            added_at: Timestamp::UNIX_EPOCH,
            agreed: false,
        }
    }

    fn wallet(methods: u128) -> Wallet {
        let client = ClientId::from_uuid(uuid::Uuid::from_u128(1));
        (1..=methods).fold(Wallet::new(client), |wallet, n| wallet.with("cus_1".into(), method(n), true).unwrap())
    }

    #[test]
    fn the_one_saved_last_is_the_default_and_its_end_gives_the_place_back() {
        let two = wallet(2);
        assert_eq!(two.default, Some(method(2).id));
        assert_eq!(two.clone().with("cus_1".into(), method(1), true).unwrap().default, Some(method(1).id));
        let one = two.without(method(2).id).unwrap();
        assert_eq!((one.default, one.methods.len()), (Some(method(1).id), 1));
        assert_eq!(one.clone().without(method(2).id), Err(Refusal::NotFound));
        assert_eq!(one.without(method(1).id).unwrap().default, None);
    }

    #[test]
    fn what_is_charged_by_itself_is_the_default_as_it_was_agreed_when_it_was_saved_last() {
        let saved = |methods: &[(u128, bool)]| {
            let none = Wallet::new(ClientId::from_uuid(uuid::Uuid::from_u128(1)));
            methods.iter().fold(none, |wallet, (n, agreed)| wallet.with("cus_1".into(), method(*n), *agreed).unwrap())
        };
        let id = |n| Some(method(n).id);
        for (methods, by_itself) in [
            (&[(1, true)][..], id(1)),
            (&[(1, false)], None),
            (&[(1, true), (1, false)], None),
            (&[(1, false), (1, true)], id(1)),
            (&[(1, true), (2, false)], None),
            (&[(1, false), (2, true)], id(2)),
        ] {
            assert_eq!(saved(methods).by_itself(), by_itself, "{methods:?}");
        }
        for (methods, left) in [
            (&[(1, true), (2, true)][..], id(1)),
            (&[(1, false), (2, true)], None),
            (&[(1, true), (2, false)], None),
            (&[(1, true), (1, false), (2, true)], None),
            (&[(2, true)], None),
        ] {
            assert_eq!(saved(methods).without(method(2).id).unwrap().by_itself(), left, "{methods:?} without 2");
        }
        let kept = serde_json::json!({ "client": wallet(0).client, "automatic": true, "default": id(1), "methods": [{
            "id": id(1), "token": "pm_1", "shown": { "kind": "card", "brand": "visa" }, "added_at": "2026-01-01T00:00:00Z",
        }] });
        assert_eq!(serde_json::from_value::<Wallet>(kept).unwrap().by_itself(), id(1), "what was saved before");
    }

    #[test]
    fn the_eleventh_is_refused_and_one_that_is_there_is_not_a_further_one() {
        let full = wallet(10);
        assert!(matches!(full.clone().with("cus_1".into(), method(11), true), Err(Refusal::Conflict { .. })));
        assert_eq!(full.with("cus_1".into(), method(3), true).unwrap().methods.len(), 10);
    }
}
