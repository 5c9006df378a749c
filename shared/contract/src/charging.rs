//! Saved ways to pay: kept at the provider, charged for invoices, tried again, and what the provider tells by itself.

use domain::access::Permission;
use domain::billing::dunning::Held;
use domain::billing::retry::{Attempt, Charging, Stopped};
use domain::billing::wallet::{SavedMethod, Shown, Wallet};
use domain::ids::{ClientId, InvoiceId, PaymentMethodId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clients::AtClient;
use crate::invoices::AtInvoice;
use crate::job::{Job, Reaction};
use crate::need::{Index, Need};
use crate::page::Page;
use crate::route::{NoBody, NoPath, NoQuery, Route, Writes};

/// Save a way to pay.
pub const ADD_METHOD: Route<AtClient, NoQuery, NewMethod, MethodView> =
    Route::post("billing-add-method", "/v1/clients/{client}/payment-methods")
        .summary(
            "Save a way to pay that the client gave to the payment provider; what is open is charged to it, if the client agreed",
        )
        .permission(Permission::PaymentManage)
        .writes(Writes::ActsOnce)
        .created()
        .touches(&[Need::Get, Need::Provider]);

/// List the ways to pay.
pub const LIST_METHODS: Route<AtClient, NoQuery, NoBody, Page<MethodView>> =
    Route::get("billing-list-methods", "/v1/clients/{client}/payment-methods")
        .summary("List a client's saved ways to pay, of which there are 10 at most")
        .permission(Permission::PaymentRead)
        .touches(&[Need::Get]);

/// Remove a way to pay.
pub const REMOVE_METHOD: Route<AtMethod, NoQuery, NoBody, Page<MethodView>> =
    Route::post("billing-remove-method", "/v1/clients/{client}/payment-methods/{method}/remove")
        .summary("Remove a saved way to pay; answers those that are left")
        .permission(Permission::PaymentManage)
        .writes(Writes::ActsOnce)
        .touches(&[Need::Get, Need::Provider]);

/// Charge an invoice now.
pub const CHARGE: Route<AtInvoice, NoQuery, ChargeNow, ChargingView> =
    Route::post("billing-charge-invoice", "/v1/invoices/{invoice}/charge")
        .summary("Charge what is left to pay of an invoice to a saved way to pay, now")
        .permission(Permission::PaymentManage)
        .writes(Writes::ActsOnce)
        .touches(&[Need::Get, Need::Provider]);

/// Read what was tried.
pub const GET_CHARGING: Route<AtInvoice, NoQuery, NoBody, ChargingView> =
    Route::get("billing-get-charging", "/v1/invoices/{invoice}/charging")
        .summary("Read what was tried to charge an invoice, and when it is tried next")
        .permission(Permission::PaymentRead)
        .touches(&[Need::Get]);

/// A page on which an invoice is paid.
pub const GET_PAY_LINK: Route<AtInvoice, NoQuery, NoBody, PayLink> =
    Route::get("billing-get-pay-link", "/v1/invoices/{invoice}/pay-link")
        .summary("Get the address of the provider's page on which what is left of an invoice is paid; good for a day")
        .permission(Permission::InvoiceRead)
        .touches(&[Need::Get, Need::Secret, Need::Provider]);

/// Show where an invoice is paid.
pub const SHOW_PAY_PAGE: Route<AtPayPage, NoQuery, NoBody, NoBody> =
    Route::get("billing-show-pay-page", "/v1/pay/{link}")
        .summary("The page that an invoice's letter leads to: what is left to pay, and the way to the provider's page")
        .answers("text/html; charset=utf-8")
        .touches(&[Need::Get, Need::Secret, Need::Provider]);

/// Hear the provider.
pub const HEAR: Route<NoPath, NoQuery, ProviderEvent, NoBody> =
    Route::post("billing-hear-provider", "/v1/webhooks/payments")
        .summary("What the payment provider tells by itself of payments, refunds and disputes; signed, each event once, in any order")
        .writes(Writes::Signs)
        .touches(&[Need::Get, Need::Provider]);

/// Charge what is due, ask what is not known.
pub const RETRY: Job = Job {
    name: "billing-payment-retry",
    summary: "Charges saved ways to pay for what is due, again by the MSP's policy; asks the provider what is not known",
    schedule: "rate(1 hour)",
    timeout_s: 900,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit, Need::Query(Index::ByDue), Need::Provider],
};

/// Plan the charging of what was issued.
pub const PLAN: Reaction = Reaction {
    name: "billing-plan-charging",
    summary: "Plans what follows an issued invoice: its dunning and its charge; goes on by a new way to pay",
    on: &["invoice.issued", "payment_method.added"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Audit, Need::Query(Index::ByRef)],
};

/// A link to pay in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtPayPage {
    /// What the letter says: it names the invoice, and only the server can make it.
    pub link: String,
}

/// A saved way to pay in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtMethod {
    /// Whose.
    pub client: ClientId,
    /// Which one.
    pub method: PaymentMethodId,
}

/// A way to pay to be saved.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "token": "pm_card_visa", "automatic": true }))]
pub struct NewMethod {
    /// What the provider's form gave for it, so that no card's number ever comes here.
    #[schema(min_length = 1, max_length = 255)]
    pub token: String,
    /// Whether the client agreed that invoices are charged by themselves on the day on which they are due, and those that are
    /// overdue at once. Saved again without, what was planned is not charged any more.
    #[serde(default)]
    pub automatic: bool,
}

/// A charge to be made now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct ChargeNow {
    /// By which way to pay; the client's default when absent.
    #[serde(default)]
    pub method: Option<PaymentMethodId>,
}

/// A saved way to pay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MethodView {
    /// Which one.
    pub id: PaymentMethodId,
    /// What a person knows it by.
    pub shown: Shown,
    /// Whether it is charged unless another is named.
    pub default: bool,
    /// Whether invoices are charged to it by themselves.
    pub automatic: bool,
    /// When it was saved.
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
}

impl MethodView {
    /// One of a wallet's.
    pub fn of(wallet: &Wallet, method: &SavedMethod) -> Self {
        let default = wallet.default == Some(method.id);
        let (shown, automatic) = (method.shown.clone(), default && wallet.automatic);
        MethodView { id: method.id, shown, default, automatic, added_at: method.added_at }
    }

    /// All of a wallet's.
    pub fn all(wallet: &Wallet) -> Page<Self> {
        Page { items: wallet.methods.iter().map(|method| Self::of(wallet, method)).collect(), next: None }
    }
}

/// What was tried to charge an invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChargingView {
    /// Which invoice.
    pub invoice: InvoiceId,
    /// The way to pay that is charged.
    pub method: PaymentMethodId,
    /// The attempts of the last 60 days, oldest first.
    pub attempts: Vec<Attempt>,
    /// Why it is not tried again by itself; `next_at` is none then.
    pub stopped: Option<Stopped>,
    /// Whether the latest charge that was asked for or planned succeeded.
    pub succeeded: bool,
    /// When it is tried next, or the provider is asked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// What a planned try waits for, while the dunning is paused: its time is not before that. A charge by hand does not wait.
    #[serde(default)]
    pub held: Option<Held>,
}

impl ChargingView {
    /// Of a charging, with the instant at which it goes on.
    pub fn of(charging: Charging, next_at: Option<Timestamp>) -> Self {
        let Charging { invoice, method, attempts, stopped, succeeded, .. } = charging;
        ChargingView { invoice, method, attempts, stopped, succeeded, next_at, held: None }
    }
}

/// Where an invoice is paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PayLink {
    /// The page's address.
    pub url: String,
}

/// What the payment provider tells. Only what is used of it is named here; the rest may be anything.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "evt_1NG8Du2eZvKYlo2CUI79vXWy",
    "type": "payment_intent.succeeded",
    "data": { "object": {
        "id": "pi_3MtwBwLkdIwHu7ix28a3tqPa",
        "amount": 11_900,
        "currency": "eur",
        "metadata": {
            "tenant": "ten_01970000000070008000000000000001",
            "invoice": "inv_01970000000070008000000000000001",
        },
    } },
}))]
pub struct ProviderEvent {
    /// The provider's name for the event.
    #[schema(min_length = 1, max_length = 255)]
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it happened to.
    pub data: EventData,
    /// When it happened, in seconds since 1970.
    #[serde(default)]
    pub created: Option<i64>,
}

/// What something happened to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventData {
    /// A payment, a refund or a dispute, where it is one that we know.
    #[schema(value_type = Object)]
    pub object: serde_json::Value,
}
