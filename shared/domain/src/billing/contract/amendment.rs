//! An amendment as it is asked for and kept: what changes, from when on, and why.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::model::{Line, Quantity, Uplift};
use crate::billing::codes::TaxCode;
use crate::billing::discounts::Discount;
use crate::billing::pricing::Price;
use crate::billing::terms::PaymentTerms;
use crate::ids::{LineId, UserId};
use crate::sla::SlaChoice;

/// A dated change of a contract. The store keeps it for the contract's history; what it does is in the contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// The first local date on which it holds: today or later.
    pub effective_on: Date,
    /// What changes, in order.
    pub changes: Vec<Change>,
    /// Why; may be empty.
    #[serde(default)]
    pub note: String,
    /// Who made it.
    pub by: UserId,
    /// When it was made.
    pub at: Timestamp,
}

/// What an amendment changes, from its date on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Change {
    /// Another quantity. What was billed in advance is settled with the next bill.
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
        taxes: Vec<TaxCode>,
    },
    /// A new line.
    AddLine {
        /// It starts on the amendment's date or later.
        line: Box<Line>,
    },
    /// A line ends: the amendment's date is the first that is not billed.
    EndLine {
        /// Which.
        line: LineId,
    },
    /// A discount, for periods that start on the amendment's date or later.
    AddDiscount {
        /// On this line; none for the whole invoice.
        line: Option<LineId>,
        /// It starts on the amendment's date or later.
        discount: Discount,
    },
    /// Other hours of a line's bucket, for the contract's months that start on the amendment's date or later. What rolled over
    /// stays.
    SetBucket {
        /// Of which line.
        line: LineId,
        /// Minutes a month.
        minutes: u32,
    },
    /// The contract ends: the amendment's date is the first that is not billed.
    End {},
    /// The contract goes on longer.
    Extend {
        /// The new end, exclusive; none for no end.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
        until: Option<Date>,
        /// Whether it renews by itself at that end, by the months and with the notice that it has; as before when absent, and
        /// not after it was ended. With `true` notice that was given is taken back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        auto: Option<bool>,
    },
    /// Notice is given: the contract ends with its term, and does not renew. Only until the last day of notice.
    GiveNotice {},
    /// The notice is taken back.
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
        months: u16,
        /// How many days before the end notice must be given at the latest.
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
}

impl Change {
    /// Whether it holds from the day on which it is made and no other: the contract keeps it without a date.
    pub(super) fn holds_at_once(&self) -> bool {
        matches!(
            self,
            Change::SetRenewal { .. } | Change::SetTerms { .. } | Change::SetSla { .. } | Change::Rename { .. }
        )
    }
}
