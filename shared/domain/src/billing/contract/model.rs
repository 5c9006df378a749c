//! What a contract is.

use std::fmt;

use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::billing::codes::TaxCode;
use crate::billing::cycle::{Period, Schedule};
use crate::billing::dated::{Dated, in_force};
use crate::billing::discounts::Discount;
use crate::billing::hours::BucketTerms;
use crate::billing::pricing::Price;
use crate::billing::proration::Proration;
use crate::billing::terms::PaymentTerms;
use crate::error::Refusal;
use crate::ids::{ClientId, ContractId, LineId, ProductId};
use crate::sla::SlaChoice;

/// A contract with a client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Which contract.
    pub id: ContractId,
    /// What people call it by: `C-2026-0017`.
    pub number: String,
    /// Who pays.
    pub client: ClientId,
    /// Its name.
    pub name: String,
    /// The currency of every amount in it.
    pub currency: Currency,
    /// Its term and its periods. `schedule.ends_on` is exclusive, and moves when the contract is renewed.
    pub schedule: Schedule,
    /// When its invoices are due.
    pub terms: PaymentTerms,
    /// How parts of a period are billed, for lines that do not say so themselves.
    pub proration: Proration,
    /// What is billed. At most [`super::MOST_LINES`].
    pub lines: Vec<Line>,
    /// Which SLA its tickets have.
    #[serde(default)]
    pub sla: SlaChoice,
    /// What happens at the end of the term.
    #[serde(default)]
    pub renewal: Renewal,
    /// Discounts on whole invoices.
    #[serde(default)]
    pub discounts: Vec<Discount>,
    /// Whether it bills what the client's other contracts do not; see [`super::open_account()`].
    #[serde(default)]
    pub open_account: bool,
    /// How far it got.
    pub state: ContractState,
    /// The local date of its next bill; none when there is nothing more to bill. Moves in the transaction that writes
    /// the invoice.
    #[serde(default)]
    pub next_on: Option<Date>,
    /// Why the invoice run leaves it alone, when it does.
    #[serde(default)]
    pub parked: Option<Parked>,
    /// Its renewals so far, oldest first.
    #[serde(default)]
    pub renewals: Vec<Renewed>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How far a contract got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ContractState {
    /// A proposal: it is simulated, not billed, and may be changed freely.
    Draft,
    /// Signed: it is billed, and changed by amendments.
    Active,
    /// Over, with its last bill written.
    Ended,
}

/// Why the invoice run leaves a contract alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Parked {
    /// For people: what stands in the way, with its numbers.
    pub reason: String,
    /// The local date.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub since: Date,
}

/// A line of a contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Line {
    /// Which line.
    pub id: LineId,
    /// What the invoice says.
    pub text: String,
    /// What kind of thing is billed.
    pub kind: LineKind,
    /// Whether a period is billed when it starts or when it has ended. Usage and time are always in arrears.
    pub timing: Timing,
    /// Its price in a period, by date, ascending; none for time, whose prices are the rate card's. A period's usage is
    /// priced as a whole, at the price in force on the first day of the period on which the line is in force.
    #[serde(default)]
    pub price: Vec<Dated<Price>>,
    /// How many, by date, ascending; none for usage and time, where it is what was used.
    #[serde(default)]
    pub quantity: Vec<Dated<Quantity>>,
    /// What is counted, for the invoice: `seat`, `GB`.
    #[serde(default)]
    pub unit: Option<String>,
    /// The first local date that is billed; a one-off is billed with the first bill on or after it.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    /// The first local date that is not billed any more; none as long as the contract.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub until: Option<Date>,
    /// How parts of a period are billed; none as the contract says.
    #[serde(default)]
    pub proration: Option<Proration>,
    /// The taxes on it, in order.
    #[serde(default)]
    pub taxes: Vec<TaxCode>,
    /// Its own discounts.
    #[serde(default)]
    pub discounts: Vec<Discount>,
    /// The hours that each period buys; for blocks only.
    #[serde(default)]
    pub block: Option<BlockTerms>,
    /// The hours that each month includes; for fixed lines only.
    #[serde(default)]
    pub bucket: Option<BucketTerms>,
    /// Other minutes of the bucket, by date: of the months that start on it or later. What rolled over stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bucket_minutes: Vec<Dated<u32>>,
}

/// What kind of thing a line bills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum LineKind {
    /// So much a period.
    Fixed,
    /// So much a period for each seat, device, contact or licence.
    PerSeat,
    /// What was used in a period.
    Usage,
    /// The time that was worked, by the rate card.
    Time,
    /// Prepaid hours, bought with each period; never prorated.
    Block,
    /// Billed once.
    OneOff,
}

/// When a period is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Timing {
    /// When it starts.
    Advance,
    /// When it has ended.
    Arrears,
}

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Quantity {
    /// As many as agreed.
    Fixed {
        /// Not negative.
        #[serde(deserialize_with = "crate::decimal::plain")]
        quantity: Decimal,
    },
    /// As many as the client has on each day.
    Counted {
        /// Of what.
        what: Counted,
        /// Of active licences, those of this product; of all products when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product: Option<ProductId>,
    },
}

/// What is counted of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Counted {
    /// Licences in use.
    ActiveLicences,
    /// Its contacts.
    Contacts,
    /// Its devices.
    Devices,
}

/// What one number of a client's is of: what is counted, and of active licences of which product where it is not all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Followed {
    /// Of what.
    pub what: Counted,
    /// Of which product.
    pub product: Option<ProductId>,
}

impl Followed {
    /// The active licences of a product.
    pub fn licences_of(product: ProductId) -> Self {
        Followed { what: Counted::ActiveLicences, product: Some(product) }
    }

    /// Whether there is such a number: only licences are of a product.
    pub fn is_sane(self) -> bool {
        self.product.is_none() || self.what == Counted::ActiveLicences
    }
}

impl From<Counted> for Followed {
    fn from(what: Counted) -> Self {
        Followed { what, product: None }
    }
}

impl fmt::Display for Followed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.what {
            Counted::ActiveLicences => "active licences",
            Counted::Contacts => "contacts",
            Counted::Devices => "devices",
        })?;
        self.product.map_or(Ok(()), |product| write!(f, " of {product}"))
    }
}

/// The prepaid hours of a block line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BlockTerms {
    /// How many each of the line's quantity holds.
    pub minutes: u32,
    /// Months after which they expire; none never.
    #[serde(default)]
    pub expire_months: Option<u16>,
}

/// What happens at the end of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Renewal {
    /// Whether the term is extended unless somebody gives notice in time.
    pub auto: bool,
    /// By how many months.
    pub months: u16,
    /// How many days before the end notice must be given at the latest; of 0 on the last day of the term, as of 1.
    pub notice_days: u16,
    /// What happens to the prices.
    pub uplift: Uplift,
    /// When notice was given; the contract then ends with its term.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
    pub notice_given: Option<Date>,
}

impl Default for Renewal {
    fn default() -> Self {
        Self { auto: false, months: 12, notice_days: 30, uplift: Uplift::None {}, notice_given: None }
    }
}

/// What happens to the prices when a term is extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Uplift {
    /// Nothing.
    ///
    /// Empty fields and not none: serde takes unknown fields of a unit variant without a word.
    None {},
    /// They rise by so many per cent; negative lowers them.
    Percent {
        /// For example 3.5.
        #[serde(deserialize_with = "crate::decimal::plain")]
        percent: Decimal,
    },
    /// They move with an index: times `current` / `base`. After a renewal `base` is the `current` that was used, and
    /// `current` is none until somebody gives it; without one the prices stay.
    Index {
        /// The index at the last change of prices.
        #[serde(deserialize_with = "crate::decimal::plain")]
        base: Decimal,
        /// The index now.
        #[serde(default, deserialize_with = "crate::decimal::plain_option")]
        current: Option<Decimal>,
    },
}

/// A renewal that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Renewed {
    /// The first local date of the new term, from which the new prices hold.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub from: Date,
    /// The end of the new term, exclusive.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub until: Date,
    /// What the prices were multiplied by.
    pub factor: Decimal,
}

impl Quantity {
    /// What it follows, where it is counted.
    pub fn follows(&self) -> Option<Followed> {
        match *self {
            Quantity::Counted { what, product } => Some(Followed { what, product }),
            Quantity::Fixed { .. } => None,
        }
    }
}

impl Line {
    /// What it bills that is counted, on some days at least.
    pub fn follows(&self) -> impl Iterator<Item = Followed> {
        self.quantity.iter().filter_map(|dated| dated.value.follows())
    }

    /// What it includes in the month that starts on a day, if it includes hours.
    pub fn bucket_of(&self, month: Date) -> Option<BucketTerms> {
        let terms = self.bucket.clone()?;
        let minutes = in_force(&self.bucket_minutes, month).copied().unwrap_or(terms.minutes);
        Some(BucketTerms { minutes, ..terms })
    }

    /// Whether it bills what is counted, on some days at least.
    pub fn follows_counts(&self) -> bool {
        self.follows().next().is_some()
    }
}

impl Contract {
    /// The line with this id.
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// Whether its term goes on by itself at its end, as it stands.
    pub fn renews(&self) -> bool {
        self.schedule.ends_on.is_some() && self.renewal.auto && self.renewal.notice_given.is_none()
    }

    /// Whether work and charges can be placed under it: what is placed under a proposal would wait for a bill that may never
    /// come.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] `contract_draft`.
    pub fn must_be_signed(&self) -> Result<(), Refusal> {
        if self.state != ContractState::Draft {
            return Ok(());
        }
        let detail = format!(
            "{} is a proposal, and nothing is billed under it; sign it first, or leave `contract` out",
            self.number
        );
        Err(Refusal::conflict("contract_draft", detail))
    }

    /// The days on which a line is in force, within the term; none when there are none. Open ends are `Date::MAX`.
    pub fn life(&self, line: &Line) -> Option<Period> {
        self.life_until(line, self.schedule.ends_on)
    }

    /// As [`Contract::life`], were this the end of the contract.
    pub(super) fn life_until(&self, line: &Line, ends_on: Option<Date>) -> Option<Period> {
        let from = line.from.max(self.schedule.starts_on);
        let ends = [line.until, ends_on];
        let to = ends.into_iter().flatten().min().unwrap_or(Date::MAX);
        (from < to).then_some(Period { from, to })
    }

    /// How parts of a period of a line are billed. Prepaid hours and one-offs are always billed in full.
    pub fn proration_of(&self, line: &Line) -> Proration {
        match line.kind {
            LineKind::Block | LineKind::OneOff => Proration::FullPeriod,
            _ => line.proration.unwrap_or(self.proration),
        }
    }
}
