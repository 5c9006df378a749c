//! What the invoice run would do, and contracts that it leaves alone until somebody has looked at them.

use domain::access::Permission;
use domain::billing::invoice::{InvoiceLine, Totals};
use domain::ids::{ClientId, ContractId, LineId};
use domain::money::Money;
use iso_currency::Currency;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contracts::{AtContract, ContractBrief};
use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::route::{NoBody, NoPath, NoQuery, Route, Writes};

/// Show what the run would bill.
pub const PREVIEW: Route<NoPath, PageQuery, BillQuestion, BillPreview> =
    Route::post("billing-preview", "/v1/billing/preview")
        .summary("Show what the invoice run would bill, and what differs from the last time: for a contract, a client, or everybody; writes nothing")
        .permission(Permission::InvoiceManage)
        .writes(Writes::Nothing)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Query(Index::ByRef), Need::Query(Index::ByList), Need::Secret]);

/// Let a held bill pass, or try a parked contract again.
pub const APPROVE: Route<AtContract, NoQuery, Approve, ContractBrief> =
    Route::post("billing-approve-contract", "/v1/contracts/{contract}/approval")
        .summary("Let the bill for which a contract was parked pass, or try it again; the next run bills it")
        .permission(Permission::InvoiceManage)
        .writes(Writes::ActsOnce)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Query(Index::ByRef)]);

/// List the parked contracts.
pub const LIST_PARKED: Route<NoPath, PageQuery, NoBody, Page<ParkedView>> =
    Route::get("billing-list-parked", "/v1/billing/parked")
        .summary("List the contracts that the invoice run leaves alone, the longest parked first, with the reason")
        .permission(Permission::InvoiceManage)
        .touches(&[Need::Query(Index::ByList), Need::Secret]);

/// What to preview: a contract, all of a client's, or page by page whatever is due of everybody's.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "client": "cli_01970000000070008000000000000001" }))]
pub struct BillQuestion {
    /// All contracts of this client.
    #[serde(default)]
    pub client: Option<ClientId>,
    /// This contract.
    #[serde(default)]
    pub contract: Option<ContractId>,
    /// As if it were this local date; today when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
}

/// What the run would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BillPreview {
    /// Contract by contract, those with something to bill or in the way.
    pub contracts: Vec<ContractPreview>,
    /// Where it goes on, of everybody's: a page may have nothing on it and still go on.
    pub next: Option<String>,
}

/// What the run would do with a contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContractPreview {
    /// Which contract.
    pub contract: ContractId,
    /// What people call it by.
    pub number: String,
    /// With whom.
    pub client: ClientId,
    /// Its invoices, oldest first.
    pub invoices: Vec<InvoicePreview>,
    /// Why it cannot be billed at all: what is missing, or does not fit.
    pub stopped: Option<String>,
}

/// An invoice that would be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InvoicePreview {
    /// The contracts that it bills, in the order of their lines. One that several share is listed with the first of them.
    pub contracts: Vec<ContractId>,
    /// The date of the bill.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// Until when it would have to be paid.
    #[schema(value_type = String, format = Date)]
    pub due_on: Date,
    /// What all amounts are in.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// Its lines, with taxes.
    pub lines: Vec<InvoiceLine>,
    /// The lines' sums.
    pub totals: Totals,
    /// What differs from the last bill, by line of the contract; those that stay as they were are not in here.
    pub differences: Vec<Difference>,
    /// What the last bill came to without taxes, to compare this one with; absent when there was none. It is the last one
    /// over whole periods with all that was on it; before there was one, what the contracts' own lines had on their last bill.
    pub last_net: Option<Money>,
    /// Whether `last_net` is of a bill over whole periods, as the run compares by.
    pub last_is_whole: bool,
    /// Why somebody has to look at it first; what comes after it waits with it.
    pub holds: Vec<String>,
}

/// What differs from the last bill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// Which line of the contract.
    pub line: LineId,
    /// What it says.
    pub text: String,
    /// What the last bill had for its period, without taxes and before discounts on the whole invoice; absent when it was not
    /// on it.
    pub last: Option<Money>,
    /// What this one has, without taxes and before discounts on the whole invoice; absent when it is not on it.
    pub now: Option<Money>,
}

/// Which bill may pass.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "on": "2026-03-01", "net": { "minor": 102100, "currency": "EUR" } }))]
pub struct Approve {
    /// The date of the bill that somebody looked at.
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
    /// What that bill came to, without taxes: `totals.net` of its preview. It does not pass when it comes to something else by
    /// now.
    #[serde(default)]
    pub net: Option<Money>,
}

/// A contract that the run leaves alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ParkedView {
    /// Which contract.
    pub contract: ContractId,
    /// What people call it by.
    pub number: String,
    /// Its name.
    pub name: String,
    /// With whom.
    pub client: ClientId,
    /// The date of the bill that waits.
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
    /// Since which local date.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
    /// What stands in the way.
    pub reason: String,
}
