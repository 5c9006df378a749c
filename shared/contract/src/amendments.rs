//! Amendments: dated changes of a signed contract, notice and its end included; and the renewals that come.

use domain::access::Permission;
use domain::billing::codes::TaxCode;
use domain::billing::contract::{Change, Quantity, Uplift};
use domain::billing::discounts::Discount;
use domain::billing::pricing::Price;
use domain::billing::terms::PaymentTerms;
use domain::ids::{AmendmentId, ClientId, ContractId, LineId, UserId};
use domain::sla::SlaChoice;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::contract_lines::NewLine;
use crate::contracts::{AtContract, ContractBrief};
use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::route::{NoBody, NoPath, NoQuery, Route, Writes};

/// Amend a contract.
pub const AMEND: Route<AtContract, NoQuery, NewAmendment, ContractBrief> = Route::post(
    "billing-amend-contract",
    "/v1/contracts/{contract}/amendments",
)
.summary(
    "Amend a signed contract from today or a later date on; what was billed in advance is settled with the next bill",
)
.permission(Permission::ContractManage)
.writes(Writes::ActsOnce)
.created()
.touches(&[Need::Get, Need::Query(Index::Main)]);

/// List a contract's amendments.
pub const LIST: Route<AtContract, PageQuery, NoBody, Page<AmendmentView>> =
    Route::get("billing-list-amendments", "/v1/contracts/{contract}/amendments")
        .summary("List a contract's amendments, oldest first")
        .permission(Permission::ContractRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Secret]);

/// Give notice.
pub const GIVE_NOTICE: Route<AtContract, NoQuery, NoticeGiven, ContractBrief> =
    Route::post("billing-give-notice", "/v1/contracts/{contract}/notice")
        .summary("Give notice: the contract ends with its term; only until its last day of notice")
        .permission(Permission::ContractManage)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// End a contract.
pub const END: Route<AtContract, NoQuery, ContractEnd, ContractBrief> =
    Route::post("billing-end-contract", "/v1/contracts/{contract}/end")
        .summary("End a contract on a date, today or later; what was billed beyond it is given back with the last bill")
        .permission(Permission::ContractManage)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// List what renews or ends.
pub const LIST_RENEWALS: Route<NoPath, RenewalQuery, NoBody, Page<RenewalView>> =
    Route::get("billing-list-renewals", "/v1/renewals")
        .summary("List the terms of signed contracts that come to their end, by the last day of notice")
        .permission(Permission::ContractRead)
        .touches(&[Need::Query(Index::ByList), Need::Secret]);

/// An amendment to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "effective_on": "2030-01-01",
    "changes": [{
        "kind": "add_line",
        "line": {
            "text": "Firewall, managed", "kind": "fixed", "timing": "advance",
            "price": { "pricing": { "model": "flat", "amount": "80" } },
        },
    }],
    "note": "As agreed by telephone.",
}))]
pub struct NewAmendment {
    /// The first local date on which it holds: today or later.
    #[schema(value_type = String, format = Date)]
    pub effective_on: Date,
    /// What changes, in order.
    #[schema(min_items = 1, max_items = 500)]
    pub changes: Vec<NewChange>,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: String,
}

/// What an amendment changes, from its date on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NewChange {
    /// Another quantity.
    SetQuantity {
        /// Of which line.
        line: LineId,
        /// How many from then on.
        quantity: Quantity,
    },
    /// Another price; for usage from the next period on, because a period's usage is priced as a whole.
    SetPrice {
        /// Of which line.
        line: LineId,
        /// From then on.
        price: Price,
    },
    /// Other taxes, for a line of which nothing was billed yet: from its first day on.
    SetTaxes {
        /// Of which line.
        line: LineId,
        /// The taxes on it, in order.
        #[schema(max_items = 5)]
        taxes: Vec<TaxCode>,
    },
    /// A new line.
    AddLine {
        /// It starts on the amendment's date or later.
        line: Box<NewLine>,
    },
    /// A line ends: the amendment's date is the first that is not billed.
    EndLine {
        /// Which.
        line: LineId,
    },
    /// Other hours of a line's bucket, for the contract's months that start on the amendment's date or later. What rolled over
    /// stays.
    SetBucket {
        /// Of which line.
        line: LineId,
        /// Minutes a month.
        #[schema(minimum = 1, maximum = 600_000)]
        minutes: u32,
    },
    /// A discount, for periods that start on the amendment's date or later.
    AddDiscount {
        /// On this line; on the whole invoice when absent.
        #[serde(default)]
        line: Option<LineId>,
        /// It starts on the amendment's date or later.
        discount: Discount,
    },
    /// The contract goes on longer.
    Extend {
        /// The new end, exclusive; absent for no end.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = Date)]
        until: Option<Date>,
        /// Whether it renews by itself at that end, by the months and with the notice that it has; as before when absent, and
        /// not after it was ended. With `true` notice that was given is taken back.
        #[serde(default)]
        auto: Option<bool>,
    },
    /// Notice that was given is taken back.
    WithdrawNotice {},
    /// Another uplift on the next renewal, for example with the index of the year; dated up to that renewal.
    SetUplift {
        /// From the next renewal on.
        uplift: Uplift,
    },
    /// What happens at the end of the term; the uplift stays, and notice that was given. From today on.
    SetRenewal {
        /// Whether the term is extended unless somebody gives notice in time.
        auto: bool,
        /// By how many months.
        #[schema(minimum = 1, maximum = 120)]
        months: u16,
        /// How many days before the end notice must be given at the latest.
        #[schema(maximum = 731)]
        notice_days: u16,
    },
    /// Other payment terms, for what is billed from today on.
    SetTerms {
        /// When its invoices are due.
        terms: PaymentTerms,
    },
    /// Another SLA of the client's tickets, from today on.
    SetSla {
        /// Which.
        sla: SlaChoice,
    },
    /// Another name, from today on.
    Rename {
        /// What it is called.
        name: String,
    },
    /// The contract ends: the amendment's date is the first that is not billed.
    End {},
    /// Notice is given: the contract ends with its term. Only until its last day of notice.
    GiveNotice {},
}

/// An amendment that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AmendmentView {
    /// Which amendment.
    pub id: AmendmentId,
    /// The first local date on which it holds.
    #[schema(value_type = String, format = Date)]
    pub effective_on: Date,
    /// What changes, in order.
    pub changes: Vec<Change>,
    /// Why.
    pub note: String,
    /// Who made it.
    pub by: UserId,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// Notice.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "note": "By letter of 3 March." }))]
pub struct NoticeGiven {
    /// Why, or by what.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: String,
}

/// The end of a contract.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "on": "2030-01-01", "note": "The office closes." }))]
pub struct ContractEnd {
    /// The first local date that is not billed: today or later. A day up to the contract's first one calls it off: nothing of
    /// it is billed, and it is over on its first day.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub note: String,
}

/// Which renewals.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RenewalQuery {
    /// With this client.
    pub client: Option<ClientId>,
    /// Whose last day of notice is this local date or earlier.
    #[param(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// A term that comes to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RenewalView {
    /// Of which contract.
    pub contract: ContractId,
    /// What people call it by.
    pub number: String,
    /// Its name.
    pub name: String,
    /// With whom.
    pub client: ClientId,
    /// The last local date on which notice may be given.
    #[schema(value_type = String, format = Date)]
    pub notice_by: Date,
    /// The first day after the term.
    #[schema(value_type = String, format = Date)]
    pub ends_on: Date,
    /// Whether it goes on by itself if nobody gives notice.
    pub auto: bool,
    /// The end of the next term, exclusive, if it goes on.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// What the prices are multiplied by then.
    pub factor: Decimal,
}
