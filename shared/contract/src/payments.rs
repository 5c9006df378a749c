//! Payments: noted by hand, allocated to invoices, kept as credit, given back.

use domain::access::Permission;
use domain::billing::payments::{Allocation, Method, Payment, PaymentState};
use domain::ids::{ClientId, InvoiceId, PaymentId};
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clients::AtClient;
use crate::need::{Index, Need};
use crate::page::Page;
use crate::route::{NoBody, NoPath, NoQuery, Route, Writes};

/// Record a payment.
pub const RECORD: Route<NoPath, NoQuery, NewPayment, PaymentView> = Route::post("billing-record-payment", "/v1/payments")
    .summary("Record a payment by bank transfer, cheque, cash or otherwise; it pays invoices, and what is over is the client's credit")
    .permission(Permission::PaymentManage)
    .writes(Writes::ActsOnce)
    .created()
    .touches(&[Need::Get, Need::Query(Index::ByRef)]);

/// List the payments.
pub const LIST: Route<NoPath, PaymentQuery, NoBody, Page<PaymentView>> =
    Route::get("billing-list-payments", "/v1/payments")
        .summary("List the payments, newest first; a client's side sees its own")
        .permission(Permission::PaymentRead)
        .touches(&[Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Read a payment.
pub const GET: Route<AtPayment, NoQuery, NoBody, PaymentView> =
    Route::get("billing-get-payment", "/v1/payments/{payment}")
        .summary("Read a payment")
        .permission(Permission::PaymentRead)
        .touches(&[Need::Get]);

/// Give money back.
pub const REFUND: Route<AtPayment, NoQuery, NewRefund, PaymentView> = Route::post(
    "billing-refund-payment",
    "/v1/payments/{payment}/refunds",
)
.summary(
    "Give money of a payment back, by the provider that took it or by hand: from the client's credit, or from an invoice, which then is open again; or only take it off an invoice, for the client's credit",
)
.permission(Permission::PaymentManage)
.writes(Writes::ActsOnce)
.touches(&[Need::Get, Need::Provider]);

/// Read a client's credit.
pub const GET_CREDIT: Route<AtClient, NoQuery, NoBody, CreditView> =
    Route::get("billing-get-credit", "/v1/clients/{client}/credit")
        .summary("Read what a client has to its credit, in each currency")
        .permission(Permission::PaymentRead)
        .touches(&[Need::Get, Need::Query(Index::ByRef)]);

/// Pay with a client's credit.
pub const ALLOCATE_CREDIT: Route<AtClient, NoQuery, NewAllocation, PaymentView> =
    Route::post("billing-allocate-credit", "/v1/clients/{client}/credit/allocations")
        .summary("Pay invoices of a client with its credit, or note that some of it was paid out")
        .permission(Permission::PaymentManage)
        .writes(Writes::ActsOnce)
        .created()
        .touches(&[Need::Get, Need::Query(Index::ByRef)]);

/// A payment in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtPayment {
    /// Which payment.
    pub payment: PaymentId,
}

/// Which payments.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaymentQuery {
    /// By this client.
    pub client: Option<ClientId>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// How money came in that is noted by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ManualMethod {
    /// By bank.
    BankTransfer,
    /// By cheque.
    Cheque,
    /// In notes and coins.
    Cash,
    /// Otherwise.
    Other,
}

impl From<ManualMethod> for Method {
    fn from(method: ManualMethod) -> Self {
        match method {
            ManualMethod::BankTransfer => Method::BankTransfer {},
            ManualMethod::Cheque => Method::Cheque {},
            ManualMethod::Cash => Method::Cash {},
            ManualMethod::Other => Method::Other {},
        }
    }
}

/// A payment to be recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "client": "cli_01970000000070008000000000000005",
    "method": "bank_transfer",
    "amount": { "minor": 119_000, "currency": "EUR" },
    "reference": "INV-000042",
}))]
pub struct NewPayment {
    /// Who paid.
    pub client: ClientId,
    /// How.
    pub method: ManualMethod,
    /// How much.
    pub amount: Money,
    /// The day on which it came in, in the MSP's zone; today when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub received_on: Option<Date>,
    /// What the bank statement says.
    #[serde(default)]
    #[schema(max_length = 140)]
    pub reference: Option<String>,
    /// What it pays; those that are due first when absent, and none when empty. The rest is the client's credit. An
    /// invoice that was written off gets something only when it is named: what was lost came in after all.
    #[serde(default)]
    #[schema(max_items = 40)]
    pub allocations: Option<Vec<Allocation>>,
}

/// Invoices to be paid with a client's credit, or some of that to be paid out.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "amount": { "minor": 5_000, "currency": "EUR" } }))]
pub struct NewAllocation {
    /// How much of it at most.
    pub amount: Money,
    /// What it pays; those that are due first when absent.
    #[serde(default)]
    #[schema(max_items = 40)]
    pub allocations: Option<Vec<Allocation>>,
    /// Pays no invoice: it was paid out to the client by this way, and is noted here.
    #[serde(default)]
    pub paid_out: Option<ManualMethod>,
    /// With `paid_out`: what the bank statement says, or the cheque's number.
    #[serde(default)]
    #[schema(max_length = 140)]
    pub reference: Option<String>,
}

/// Money that went back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "amount": { "minor": 5_000, "currency": "EUR" } }))]
pub struct NewRefund {
    /// How much.
    pub amount: Money,
    /// From this invoice, which then is open again; from the client's credit when absent. What was credited of it after it was
    /// paid comes from the credit too, as far as it is there.
    #[serde(default)]
    pub invoice: Option<InvoiceId>,
    /// Where it goes.
    #[serde(default)]
    pub to: RefundTo,
}

/// Where money goes that is taken off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundTo {
    /// To whoever paid, by the way by which it came.
    #[default]
    Payer,
    /// To the client's credit: it was put on the wrong invoice. No money goes back.
    Credit,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PaymentView {
    /// Which payment.
    pub id: PaymentId,
    /// Who paid.
    pub client: ClientId,
    /// How.
    pub method: Method,
    /// How much.
    pub amount: Money,
    /// The day on which it came in.
    #[schema(value_type = String, format = Date)]
    pub received_on: Date,
    /// What it pays.
    pub allocations: Vec<Allocation>,
    /// What became the client's credit.
    pub kept: Money,
    /// What was taken back from invoices by refunds.
    pub taken_back: Money,
    /// What went back.
    pub refunded: Money,
    /// Whether it stands.
    pub state: PaymentState,
    /// What the bank statement says.
    pub reference: Option<String>,
    /// When it was noted.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        let Payment { id, client, method, amount, received_on, allocations, kept, taken_back, refunded, .. } = payment;
        let Payment { state, reference, created_at, updated_at, .. } = payment;
        PaymentView {
            id,
            client,
            method,
            amount,
            received_on,
            allocations,
            kept,
            taken_back,
            refunded,
            state,
            reference,
            created_at,
            updated_at,
        }
    }
}

/// What a client has to its credit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CreditView {
    /// Which client.
    pub client: ClientId,
    /// How much, one amount for a currency; none that it never had.
    pub balances: Vec<Money>,
}
