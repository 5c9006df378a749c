//! What waits for somebody's word, let go on in one call: drafts that are issued, and parked contracts.

use domain::access::Permission;
use domain::ids::{ContractId, InvoiceId};
use domain::money::Money;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::need::{Index, Need};
use crate::page::PageQuery;
use crate::route::{NoPath, Route, Writes};

/// Most invoices or contracts of one call: each is a transaction of its own, and the function has 29 seconds.
pub const MOST_AT_ONCE: u32 = 50;

/// Issue drafts.
pub const ISSUE: Route<NoPath, PageQuery, IssueDrafts, DraftsIssued> =
    Route::post("billing-issue-drafts", "/v1/billing/issue")
        .summary("Issue drafts, these or all page by page, each in a transaction of its own; what cannot be issued is told with the reason and holds up none of the others")
        .permission(Permission::InvoiceManage)
        .writes(Writes::ActsOnce)
        .touches(&[Need::Get, Need::Query(Index::ByList), Need::Secret]);

/// Let parked contracts go on.
pub const APPROVE: Route<NoPath, PageQuery, ApproveContracts, ContractsApproved> = Route::post(
    "billing-approve-contracts",
    "/v1/billing/approvals",
)
.summary("Let the bills for which contracts were parked pass, of these or of all page by page; the next run bills them")
.permission(Permission::InvoiceManage)
.writes(Writes::ActsOnce)
.touches(&[Need::Get, Need::Query(Index::Main), Need::Query(Index::ByRef), Need::Query(Index::ByList), Need::Secret]);

/// Which drafts: these, or all.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "invoices": ["inv_01970000000070008000000000000001"] }))]
pub struct IssueDrafts {
    /// These, in this order. One that was issued before keeps its number.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 50)]
    pub invoices: Option<Vec<InvoiceId>>,
    /// All drafts that there are, as many as `limit` says a call: 25, and 50 at most. Pages go from the latest drafts back, and
    /// each issues its earliest first.
    #[serde(default)]
    pub all: bool,
}

/// What became of drafts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DraftsIssued {
    /// One by one, in the order in which they were issued.
    pub invoices: Vec<DraftIssued>,
    /// Where it goes on, of all: a call may have found none and still go on.
    pub next: Option<String>,
}

/// What became of a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DraftIssued {
    /// Which one.
    pub invoice: InvoiceId,
    /// Its number as it is printed, once it is issued.
    pub number: Option<String>,
    /// What it comes to, with taxes; absent when it cannot be read.
    pub total: Option<Money>,
    /// Why it was not issued; absent when it is.
    pub refused: Option<WhyNot>,
}

/// Which contracts: these, or all that are parked.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "contracts": [{ "contract": "ctr_01970000000070008000000000000001", "on": "2026-03-01" }] }))]
pub struct ApproveContracts {
    /// These.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 50)]
    pub contracts: Option<Vec<ApproveContract>>,
    /// All that are parked, the longest parked first, as many as `limit` says a call: 25, and 50 at most.
    #[serde(default)]
    pub all: bool,
}

/// A contract whose bill may pass.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveContract {
    /// Which contract.
    pub contract: ContractId,
    /// The date of the bill that somebody looked at: another one does not pass.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
    /// What that bill came to, without taxes: `totals.net` of its preview. It does not pass when it comes to something else by
    /// now.
    #[serde(default)]
    pub net: Option<Money>,
}

/// What became of contracts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContractsApproved {
    /// One by one.
    pub contracts: Vec<ContractApproved>,
    /// Where it goes on, of all: a call may have found none and still go on.
    pub next: Option<String>,
}

/// What became of a contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContractApproved {
    /// Which one.
    pub contract: ContractId,
    /// What people call it by; absent when it cannot be read.
    pub number: Option<String>,
    /// Why it stays parked; absent when it goes on, as one does that was not parked any more.
    pub refused: Option<WhyNot>,
}

/// Why something was not done, as a problem document would say it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WhyNot {
    /// Stable name of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is wrong and what to do.
    pub detail: String,
}
