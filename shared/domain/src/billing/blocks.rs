//! Prepaid hours that were sold to a client: the block that work draws on, and whether it is billed.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::billing::codes::{TaxCode, WorkTypeCode};
use crate::billing::hours::Block;
use crate::billing::settings::BillingSettings;
use crate::billing::work::RateBook;
use crate::error::Refusal;
use crate::ids::{BlockId, ClientId, InvoiceId};
use crate::invalid::Check;
use crate::money::{LARGEST_MINOR, Money};

/// Longest block, in minutes: ten thousand hours.
pub const LONGEST_BLOCK: u32 = 600_000;
/// A block can be used for so many years at most, as one of a contract's lines. Its price is earned over them month by month;
/// who means for ever leaves the end out.
pub const LONGEST_USE_YEARS: i64 = 10;
/// Longest text of the block on the invoice, in characters.
pub const LONGEST_TEXT: usize = 200;
/// Most taxes on one line.
pub const MOST_TAXES: usize = 5;

/// Prepaid hours that were sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoldBlock {
    /// What work draws on.
    pub block: Block,
    /// What the invoice says.
    pub text: String,
    /// The taxes on it, in order.
    #[serde(default)]
    pub taxes: Vec<TaxCode>,
    /// Whether the client was billed for it.
    pub state: BlockState,
    /// Minutes, after factors, that work draws which is logged and on no bill yet, as it was when work was logged or changed last.
    #[serde(default)]
    pub unbilled: Decimal,
    /// When it was sold.
    pub created_at: Timestamp,
}

/// Whether a block is billed. Its hours may be used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum BlockState {
    /// It waits for the client's next invoice.
    Unbilled {},
    /// It is on an invoice.
    Billed {
        /// Which invoice.
        invoice: InvoiceId,
    },
}

/// A block to be sold.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBlock {
    /// To whom.
    pub client: ClientId,
    /// How many minutes.
    pub minutes: u32,
    /// What the whole block costs, before taxes.
    pub price: Money,
    /// Work from this day on draws on it.
    pub bought_on: Date,
    /// Work from this day on draws on it no more; none never.
    pub expires_on: Option<Date>,
    /// Which kinds of work draw on it; empty for all.
    pub work_types: Vec<WorkTypeCode>,
    /// What the invoice says.
    pub text: String,
    /// The taxes on it.
    pub taxes: Vec<TaxCode>,
}

impl SoldBlock {
    /// Whether an invoice still has to take it up.
    pub fn is_unbilled(&self) -> bool {
        self.state == BlockState::Unbilled {}
    }

    /// Minutes drawn by all work that is logged, on a bill or not.
    pub fn used(&self) -> Decimal {
        (self.block.used + self.unbilled).min(Decimal::from(self.block.minutes).max(self.block.used))
    }

    /// As it stands when bills drew on it, or gave back: what is drawn by a bill waits for one no longer.
    #[must_use]
    pub fn drawn(self, block: Block) -> Self {
        let unbilled = (self.unbilled + self.block.used - block.used).max(Decimal::ZERO);
        SoldBlock { block, unbilled, ..self }
    }
}

/// Sells a block.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields, and for kinds of work and taxes that the tenant does not have.
pub fn sell(
    id: BlockId,
    new: NewBlock,
    book: &RateBook,
    settings: &BillingSettings,
    now: Timestamp,
) -> Result<SoldBlock, Refusal> {
    let NewBlock { client, minutes, price, bought_on, expires_on, work_types, text, taxes } = new;
    let mut check = Check::new();
    let in_range = (1..=LONGEST_BLOCK).contains(&minutes);
    check.that(in_range, "/minutes", "out_of_range", "must be from 1 to 600000 minutes");
    let sound = (0..=LARGEST_MINOR).contains(&price.minor());
    check.that(sound, "/price/minor", "out_of_range", "must be from 0, a gift, to 10^15 minor units");
    let ends_later = expires_on.is_none_or(|end| end > bought_on);
    check.that(ends_later, "/expires_on", "empty", "must be after the day on which it is bought");
    let longest = bought_on.saturating_add(LONGEST_USE_YEARS.years());
    let detail = "must be within ten years after the day on which it is bought; leave it out for no end";
    check.that(expires_on.is_none_or(|end| end <= longest), "/expires_on", "out_of_range", detail);
    for (index, code) in work_types.iter().enumerate() {
        check.part("", book.named(&format!("/work_types/{index}"), code).map(|_| ()));
    }
    let text = text.trim().to_owned();
    check.line("/text", &text, LONGEST_TEXT);
    check.count("/taxes", taxes.len(), MOST_TAXES);
    settings.check_taxes("/taxes", &taxes, &mut check);
    check.done()?;
    let (used, alerted) = (Decimal::ZERO, Vec::new());
    let block = Block { id, client, minutes, price, bought_on, expires_on, work_types, used, alerted };
    let (state, unbilled) = (BlockState::Unbilled {}, Decimal::ZERO);
    Ok(SoldBlock { block, text, taxes, state, unbilled, created_at: now })
}

/// Puts a block on an invoice. On the same invoice again it stays as it is.
///
/// # Errors
/// [`Refusal::Conflict`] `block_billed` when it is on another.
pub fn bill(sold: SoldBlock, invoice: InvoiceId) -> Result<SoldBlock, Refusal> {
    match sold.state {
        BlockState::Billed { invoice: other } if other != invoice => {
            let detail = format!("{} is on invoice {other}; correct it there with a credit note", sold.block.id);
            Err(Refusal::conflict("block_billed", detail))
        }
        _ => Ok(SoldBlock { state: BlockState::Billed { invoice }, ..sold }),
    }
}

/// Lets a block wait for the client's next invoice, because its own was made void. One that is not on this invoice stays
/// as it is. What was drawn of it stays drawn.
pub fn release(sold: SoldBlock, invoice: InvoiceId) -> SoldBlock {
    if sold.state == (BlockState::Billed { invoice }) {
        SoldBlock { state: BlockState::Unbilled {}, ..sold }
    } else {
        sold
    }
}

/// Ends a block that is not to be billed again, because its invoice was made void: what is left of it is gone. One that is
/// not on this invoice stays as it is.
pub fn end(sold: SoldBlock, invoice: InvoiceId, on: Date) -> SoldBlock {
    if sold.state != (BlockState::Billed { invoice }) || sold.block.left().is_zero() {
        return sold;
    }
    let expires_on = Some(sold.block.expires_on.map_or(on, |end| end.min(on)).max(sold.block.bought_on));
    SoldBlock { block: Block { expires_on, ..sold.block }, ..sold }
}

/// Gives back what a void invoice's work drew: the work is open again, and waits for another bill. Alerts that were given are
/// not given again.
pub fn give_back(sold: SoldBlock, minutes: Decimal) -> SoldBlock {
    let used = (sold.block.used - minutes).max(Decimal::ZERO);
    let block = Block { used, ..sold.block.clone() };
    sold.drawn(block)
}
