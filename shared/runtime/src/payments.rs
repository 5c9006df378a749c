//! Who moves the money of a deployment: Stripe, or nobody.

use std::sync::Arc;

use contract::Secret;

use crate::provider::{
    Answered, Charge, Charged, NewMethod, PayPage, PaymentProvider, ProviderError, Refund, Saved, Whose,
};
use crate::stripe::Stripe;

/// The payment provider of a deployment, and the secrets by which its webhooks are known.
#[derive(Clone)]
pub struct Payments {
    /// Who moves the money.
    pub provider: Arc<dyn PaymentProvider>,
    /// While they rotate there are several.
    pub webhook_secrets: Vec<Secret>,
}

/// A deployment's keys, as they stand in its secret: all empty where no provider is set up.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderKeys {
    /// Stripe's secret key.
    pub stripe_key: Option<Secret>,
    /// The signing secrets of the webhook endpoint.
    pub webhook_secrets: Vec<Secret>,
}

impl Payments {
    /// Without a provider.
    pub fn none() -> Self {
        Payments { provider: Arc::new(NoProvider), webhook_secrets: Vec::new() }
    }

    /// With the provider that these are keys of.
    ///
    /// # Errors
    /// When this machine knows no certificates to trust.
    pub fn from_keys(keys: ProviderKeys) -> std::io::Result<Self> {
        let ProviderKeys { stripe_key, webhook_secrets } = keys;
        Ok(match stripe_key {
            Some(key) => Payments { provider: Arc::new(Stripe::new(key)?), webhook_secrets },
            None => Payments { webhook_secrets, ..Self::none() },
        })
    }
}

/// Where no provider is set up: money comes in by hand.
#[derive(Clone, Copy, Debug)]
pub struct NoProvider;

fn absent<'a, T: Send + 'a>() -> Answered<'a, T> {
    Box::pin(std::future::ready(Err(ProviderError::Absent)))
}

impl PaymentProvider for NoProvider {
    fn save<'a>(&'a self, _: &'a NewMethod) -> Answered<'a, Saved> {
        absent()
    }

    fn forget<'a>(&'a self, _: &'a str) -> Answered<'a, ()> {
        absent()
    }

    fn charge<'a>(&'a self, _: &'a Charge) -> Answered<'a, Charged> {
        absent()
    }

    fn find_charge<'a>(&'a self, _: &'a Charge) -> Answered<'a, Option<Charged>> {
        absent()
    }

    fn refund<'a>(&'a self, _: &'a Refund) -> Answered<'a, ()> {
        absent()
    }

    fn find_refund<'a>(&'a self, _: &'a Refund) -> Answered<'a, bool> {
        absent()
    }

    fn whose<'a>(&'a self, _: &'a str) -> Answered<'a, Option<Whose>> {
        absent()
    }

    fn pay_page<'a>(&'a self, _: &'a PayPage) -> Answered<'a, String> {
        absent()
    }
}
