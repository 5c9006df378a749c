//! Prepaid hours that a client bought.

use domain::access::Permission;
use domain::billing::blocks::{BlockState, SoldBlock};
use domain::billing::codes::{TaxCode, WorkTypeCode};
use domain::billing::hours::{Block, reached};
use domain::ids::{BlockId, ClientId};
use domain::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clients::AtClient;
use crate::job::Reaction;
use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::route::{NoBody, NoQuery, Route, Writes};

/// Sell a block of hours.
pub const ADD: Route<AtClient, NoQuery, NewBlock, BlockView> =
    Route::post("work-add-block", "/v1/clients/{client}/hour-blocks")
        .summary("Sell a client a block of prepaid hours; the next invoice run bills it")
        .permission(Permission::ContractManage)
        .writes(Writes::ActsOnce)
        .created()
        .touches(&[Need::Get]);

/// List a client's blocks of hours.
pub const LIST: Route<AtClient, PageQuery, NoBody, Page<BlockView>> =
    Route::get("work-list-blocks", "/v1/clients/{client}/hour-blocks")
        .summary("List a client's blocks of prepaid hours, oldest first, with what is used of each")
        .permission(Permission::ContractRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Secret]);

/// Watch prepaid hours.
pub const WATCH_HOURS: Reaction = Reaction {
    name: "billing-watch-hours",
    summary: "Opens a client's account for work that no contract bills, and tells of prepaid hours that run low as soon as the work is logged or changed, each block and month at 80 % and 95 % once",
    on: &["time.logged", "time.changed"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Audit, Need::Query(Index::Main), Need::Query(Index::ByRef)],
};

/// A block to be sold.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "minutes": 1200,
    "price": { "minor": 180_000, "currency": "EUR" },
    "text": "20 prepaid hours",
    "work_types": ["remote"],
}))]
pub struct NewBlock {
    /// How many minutes.
    #[schema(minimum = 1, maximum = 600_000)]
    pub minutes: u32,
    /// What the whole block costs, before taxes.
    pub price: Money,
    /// What the invoice says.
    #[schema(min_length = 1, max_length = 200)]
    pub text: String,
    /// Work from this day on draws on it; from today on when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub bought_on: Option<Date>,
    /// Work from this day on draws on it no more, at most ten years after it is bought; never when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    /// Which kinds of work draw on it; all when empty.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub work_types: Vec<WorkTypeCode>,
    /// The taxes on it, in order.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub taxes: Vec<TaxCode>,
}

/// A block of prepaid hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BlockView {
    /// Which block.
    pub id: BlockId,
    /// Whose.
    pub client: ClientId,
    /// How many minutes were bought.
    pub minutes: u32,
    /// Minutes drawn by all work that is logged, after factors, so not always whole.
    pub used: Decimal,
    /// Those of them whose work is on no bill yet.
    pub unbilled: Decimal,
    /// Minutes that are left.
    pub left: Decimal,
    /// The highest of 80 and 95 per cent that is used; none below. Whoever looks after the client is told of each once.
    pub reached: Option<u8>,
    /// What the whole block costs, before taxes.
    pub price: Money,
    /// What the invoice says.
    pub text: String,
    /// Work from this day on draws on it.
    #[schema(value_type = String, format = Date)]
    pub bought_on: Date,
    /// Work from this day on draws on it no more.
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    /// Which kinds of work draw on it; all when empty.
    pub work_types: Vec<WorkTypeCode>,
    /// The taxes on it.
    pub taxes: Vec<TaxCode>,
    /// Whether the client was billed for it.
    pub state: BlockState,
    /// When it was sold.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl From<SoldBlock> for BlockView {
    fn from(sold: SoldBlock) -> Self {
        let used = sold.used();
        let SoldBlock { block, text, taxes, state, unbilled: _, created_at } = sold;
        let unbilled = used - block.used;
        let Block { id, client, minutes, price, bought_on, expires_on, work_types, used: _, alerted: _ } = block;
        BlockView {
            id,
            client,
            minutes,
            used,
            unbilled,
            left: (Decimal::from(minutes) - used).max(Decimal::ZERO),
            reached: reached(used, Decimal::from(minutes)),
            price,
            text,
            bought_on,
            expires_on,
            work_types,
            taxes,
            state,
            created_at,
        }
    }
}
