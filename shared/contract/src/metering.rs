//! What is reported for billing: records of use, counts, one-off charges.

use domain::access::Permission;
use domain::billing::bill::Count;
use domain::billing::charges::{ChargeState, ClientCharge};
use domain::billing::codes::TaxCode;
use domain::billing::contract::Counted;
use domain::billing::cycle::Period;
use domain::billing::metering::ClientCount;
use domain::ids::{ChargeId, ClientId, ContractId, InvoiceId, LineId, ProductId, UserId};
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clients::AtClient;
use crate::contracts::AtContract;
use crate::job::Reaction;
use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::route::{NoBody, NoQuery, Route, Writes};

/// Record usage.
pub const RECORD_USAGE: Route<AtContract, NoQuery, UsageBatch, UsageRecorded> =
    Route::post("billing-record-usage", "/v1/contracts/{contract}/usage")
        .summary("Record up to 90 uses, or take back what was reported wrongly; each has an id of the sender's own, and one that is known changes nothing")
        .permission(Permission::ContractManage)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Record a count.
pub const RECORD_COUNT: Route<AtClient, NoQuery, NewCount, CountView> =
    Route::post("billing-record-count", "/v1/clients/{client}/counts")
        .summary(
            "Say how many devices or active licences a client has from a date on; contacts are counted by themselves",
        )
        .permission(Permission::ContractManage)
        .touches(&[Need::Get]);

/// Add a charge.
pub const ADD_CHARGE: Route<AtClient, NoQuery, NewCharge, ChargeView> =
    Route::post("billing-add-charge", "/v1/clients/{client}/charges")
        .summary("Charge something once, with the client's next invoice")
        .permission(Permission::InvoiceManage)
        .writes(Writes::ActsOnce)
        .created()
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// List the open charges.
pub const LIST_CHARGES: Route<AtClient, PageQuery, NoBody, Page<ChargeView>> =
    Route::get("billing-list-charges", "/v1/clients/{client}/charges")
        .summary("List a client's charges that are on no invoice yet, by date")
        .permission(Permission::InvoiceRead)
        .touches(&[Need::Get, Need::Query(Index::ByRef), Need::Secret]);

/// Withdraw a charge.
pub const WITHDRAW_CHARGE: Route<AtCharge, NoQuery, NoBody, ChargeView> =
    Route::post("billing-withdraw-charge", "/v1/clients/{client}/charges/{charge}/withdraw")
        .summary("Take back a charge that is on no invoice yet")
        .permission(Permission::InvoiceManage)
        .touches(&[Need::Get]);

/// Count a client's contacts.
pub const COUNT_CONTACTS: Reaction = Reaction {
    name: "billing-count-contacts",
    summary: "Counts a client's contacts as they come and go, for contracts that bill them",
    on: &["contact.added", "contact.changed", "contract.signed", "contract.amended"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Audit, Need::Query(Index::Main)],
};

/// A charge in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtCharge {
    /// Which client.
    pub client: ClientId,
    /// Which of its charges.
    pub charge: ChargeId,
}

/// Uses to be recorded, and records to be taken back, together or not at all.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "records": [
    { "id": "backup-2026-03-26", "line": "lin_01970000000070008000000000000001", "on": "2026-03-26", "quantity": "512.5" },
] }))]
pub struct UsageBatch {
    /// The records; one at least where nothing is taken back.
    #[serde(default)]
    #[schema(max_items = 90)]
    pub records: Vec<NewUsage>,
    /// The ids of records that were reported wrongly and are on no invoice yet: they are billed never, and their ids are not
    /// used again. With the records at most 90.
    #[serde(default)]
    #[schema(max_items = 90)]
    pub cancels: Vec<String>,
}

/// Something used.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUsage {
    /// What the sender calls it; the contract has one record of each, for ever.
    #[schema(min_length = 1, max_length = 120)]
    pub id: String,
    /// The contract's line that prices it.
    pub line: LineId,
    /// The local date of use.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// How much: from 0 to 1000000000, with at most 6 decimal places.
    #[serde(deserialize_with = "domain::decimal::plain")]
    pub quantity: Decimal,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageRecorded {
    /// Records that are new.
    pub recorded: u32,
    /// Records that were known, or taken back before, and changed nothing.
    pub known: u32,
    /// Records that are taken back now.
    #[serde(default)]
    pub cancelled: u32,
}

/// How many a client has of something.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "what": "devices", "on": "2026-03-26", "quantity": "42" }))]
pub struct NewCount {
    /// Of what.
    pub what: Counted,
    /// Of active licences, those of this product; of all products when absent.
    #[serde(default)]
    pub product: Option<ProductId>,
    /// From this local date on, until the next count: today or earlier.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// How many: from 0 to 1000000000, with at most 6 decimal places.
    #[serde(deserialize_with = "domain::decimal::plain")]
    pub quantity: Decimal,
}

/// A count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountView {
    /// Of which client.
    pub client: ClientId,
    /// Of what.
    pub what: Counted,
    /// Of which product; none of all.
    pub product: Option<ProductId>,
    /// From this local date on, until the next count.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// How many.
    pub quantity: Decimal,
    /// When it was reported.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
}

impl From<ClientCount> for CountView {
    fn from(ClientCount { client, count, recorded_at }: ClientCount) -> Self {
        let Count { what, product, from, quantity } = count;
        CountView { client, what, product, on: from, quantity, recorded_at }
    }
}

/// A charge to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "text": "Set-up of a workplace", "quantity": "2", "unit_price": "120" }))]
pub struct NewCharge {
    /// What the invoice says.
    #[schema(min_length = 1, max_length = 500)]
    pub text: String,
    /// How many: above 0.
    #[serde(deserialize_with = "domain::decimal::plain")]
    pub quantity: Decimal,
    /// Of what.
    #[serde(default)]
    #[schema(max_length = 20)]
    pub unit: Option<String>,
    /// In major units; below zero it is a refund on the invoice.
    #[serde(deserialize_with = "domain::decimal::plain")]
    pub unit_price: Decimal,
    /// ISO 4217; when absent the contract's, where one is named, or else the client's, or else the MSP's.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
    /// On the invoice of this contract; on the next of any of the client's when absent.
    #[serde(default)]
    pub contract: Option<ContractId>,
    /// The first local date on which it may be billed; today when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
    /// The taxes on it, in order.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub taxes: Vec<TaxCode>,
}

/// A charge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChargeView {
    /// Which charge.
    pub id: ChargeId,
    /// Who pays.
    pub client: ClientId,
    /// On the invoice of this contract only.
    pub contract: Option<ContractId>,
    /// What the invoice says.
    pub text: String,
    /// How many.
    pub quantity: Decimal,
    /// Of what.
    pub unit: Option<String>,
    /// In major units.
    pub unit_price: Decimal,
    /// ISO 4217.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// The first local date on which it may be billed.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// The taxes on it.
    pub taxes: Vec<TaxCode>,
    /// The days that it pays for; only where the line of a void invoice is billed again.
    pub service: Option<Period>,
    /// The invoice for which it is a late fee or interest; none for everything else.
    pub late_for: Option<InvoiceId>,
    /// Where it stands.
    pub state: ChargeState,
    /// Who charged it; none when a rule did.
    pub by: Option<UserId>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl From<ClientCharge> for ChargeView {
    fn from(ClientCharge { client, currency, contract, charge, state, by, created_at }: ClientCharge) -> Self {
        let domain::billing::bill::Charge { id, on, text, quantity, unit, unit_price, taxes, service, late_for } =
            charge;
        ChargeView {
            id,
            client,
            contract,
            text,
            quantity,
            unit,
            unit_price,
            currency,
            on,
            taxes,
            service,
            late_for,
            state,
            by,
            created_at,
        }
    }
}
