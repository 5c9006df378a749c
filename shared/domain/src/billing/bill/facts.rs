//! What a bill is made from.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::prepaid::{self, LineBucket, Told};
use super::runs::Runs;
use super::taxing::invoiced;
use crate::billing::blocks::SoldBlock;
use crate::billing::codes::TaxCode;
use crate::billing::contract::{Contract, Counted, Followed};
use crate::billing::cycle::Period;
use crate::billing::hours::Block;
use crate::billing::settings::Limits;
use crate::billing::taxes::Taxing;
use crate::billing::work::TimeLine;
use crate::error::Refusal;
use crate::ids::{ChargeId, InvoiceId, LineId, ProductId, UsageId};
use crate::money::Money;

/// How many billed periods are remembered of a line of usage, or of one that follows counts: use that comes in later than
/// that is counted in the oldest one remembered, and a count of an older day changes no bill. With 500 such lines a book stays
/// under 250 KB.
pub const KEPT_PERIODS: usize = 6;
/// Most records of usage, and most time lines and charges, that one bill takes up. More than an invoice can show is
/// left for the next call, oldest first.
pub const MOST_TAKEN: usize = 2_000;

/// Everything that a bill depends on, of one contract. The store brings, in a few reads, whatever the contract's size:
///
/// - the contract, and its [`Book`]: one record that is written with every invoice;
/// - `counts`, only when a line counts something: for each thing counted the last count on or before the start of the
///   oldest period that is still to be billed or settled ([`Book::counts_from`]), and all counts after that;
/// - `usage`, `time` and `charges` of the contract that are on no invoice yet, at most [`MOST_TAKEN`] of each, oldest
///   first. Usage may be added up per line and local day; time is priced before
///   ([`crate::billing::work::price_time`]);
/// - the client's blocks of prepaid hours, for its work to draw on, and those of them that were sold by hand and are on no
///   invoice yet;
/// - the approvals that were given for this contract's held drafts;
/// - the tenant's limits, and what its runs came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// What was agreed.
    pub contract: Contract,
    /// What was billed.
    pub book: Book,
    /// What was counted, by date.
    pub counts: Vec<Count>,
    /// What was used and not yet billed.
    pub usage: Vec<Usage>,
    /// What was worked and not yet billed, with its price.
    pub time: Vec<Worked>,
    /// One-off charges that are not yet billed.
    pub charges: Vec<Charge>,
    /// The client's prepaid hours.
    pub blocks: Vec<Block>,
    /// Prepaid hours that were sold by hand and are not yet billed.
    pub sold: Vec<SoldBlock>,
    /// Held drafts that somebody looked at.
    pub approvals: Vec<Approval>,
    /// When a draft is held.
    pub limits: Limits,
    /// What all bills of the tenant came to in the contract's currency, date by date.
    pub runs: Runs,
}

/// What was billed for a contract: for each line only what the next bill needs. It moves in the transaction that writes
/// the invoice, with [`Book::with`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// By line.
    pub lines: BTreeMap<LineId, BookLine>,
    /// The local date of the last bill, empty ones included.
    #[serde(default)]
    pub billed_on: Option<Date>,
    /// What the last draft over whole periods came to without what it gave back, to compare the next one with.
    #[serde(default)]
    pub comparable: Option<Money>,
    /// All that it came to, without taxes that are inside prices, to be shown; none of what was billed before this was noted.
    #[serde(default)]
    pub comparable_net: Option<Money>,
    /// The hours that the contract includes, as the last work on a bill left them.
    #[serde(default)]
    pub bucket: Option<LineBucket>,
    /// Of which months somebody was told before their work was billed.
    #[serde(default)]
    pub told: Vec<Told>,
}

/// What was billed for a line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookLine {
    /// Its last billed periods, oldest first: [`KEPT_PERIODS`] for usage and what follows counts, one for everything else.
    pub periods: Vec<BookPeriod>,
    /// The last local day on which invoice lines were made of it.
    #[serde(default)]
    pub made_on: Option<Date>,
    /// How many were made on that day; the bound is on these.
    #[serde(default)]
    pub made: u32,
}

/// What was billed for a line in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookPeriod {
    /// The whole period, as the schedule has it.
    pub period: Period,
    /// The usage billed in it, or the blocks sold; zero for other lines.
    #[serde(default)]
    pub quantity: Decimal,
    /// How many records of usage that was.
    #[serde(default)]
    pub records: u32,
    /// What that usage costs exactly, before discounts and limits, in major units.
    #[serde(default)]
    pub exact: Decimal,
    /// What was billed, after the line's own discounts and without the top-up.
    pub net: Money,
    /// What was billed on top to reach the minimum.
    pub top_up: Money,
}

/// How many there are from a date on, until the next count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Of what.
    pub what: Counted,
    /// Of active licences, those of this product; of all products when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// From this local date on.
    pub from: Date,
    /// How many.
    pub quantity: Decimal,
}

impl Count {
    /// So many from a date on.
    pub fn new(Followed { what, product }: Followed, from: Date, quantity: Decimal) -> Self {
        Count { what, product, from, quantity }
    }

    /// What it is a number of.
    pub fn of(&self) -> Followed {
        Followed { what: self.what, product: self.product }
    }
}

/// Something used, or all that was used on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Which record.
    pub id: UsageId,
    /// The contract's line that prices it.
    pub line: LineId,
    /// The local date of use.
    pub on: Date,
    /// How much.
    pub quantity: Decimal,
}

/// A priced part of a time entry. All parts of an entry are billed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worked {
    /// What it costs.
    pub time: TimeLine,
    /// What the invoice says: who worked on which ticket, and what was done; at most
    /// [`crate::billing::lines::LONGEST_TEXT`].
    pub text: String,
    /// The taxes on it.
    pub taxes: Vec<TaxCode>,
}

/// Something to be charged once, with the next bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// Which charge.
    pub id: ChargeId,
    /// The first local date on which it may be billed.
    pub on: Date,
    /// What the invoice says; at most [`crate::billing::lines::LONGEST_TEXT`].
    pub text: String,
    /// How many.
    pub quantity: Decimal,
    /// Of what.
    #[serde(default)]
    pub unit: Option<String>,
    /// In major units.
    pub unit_price: Decimal,
    /// The taxes on it.
    #[serde(default)]
    pub taxes: Vec<TaxCode>,
    /// The days that it pays for; none for what was handed over at once.
    #[serde(default)]
    pub service: Option<Period>,
    /// The invoice for which it is a late fee or interest; none for everything else.
    #[serde(default)]
    pub late_for: Option<InvoiceId>,
}

/// Somebody looked at a held draft and let it pass. It holds for the draft that was seen: for this bill, up to this
/// total, with up to so many lines of one contract line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The local date of the bill.
    pub on: Date,
    /// What it came to, before taxes.
    pub net: Money,
    /// Lines of one contract line.
    pub lines: u32,
}

/// What a bill does to the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Which line.
    pub line: LineId,
    /// The period as it stands after the bill; in place of the same period, or after the last one.
    pub period: BookPeriod,
    /// How many periods of the line are remembered.
    pub keep: usize,
}

impl Book {
    /// The first date whose counts the next bill of the contract may need; none when they are needed from its start, for a
    /// line that follows counts was not billed yet.
    pub fn counts_from(&self, contract: &Contract) -> Option<Date> {
        let counted = contract.lines.iter().filter(|line| line.follows_counts());
        let from = counted.map(|line| self.periods(line.id).first().map(|billed| billed.period.from));
        from.min().flatten()
    }

    /// The book after a draft that is written on `today`.
    #[must_use]
    pub fn with(mut self, draft: &Draft, today: Date) -> Self {
        self.apply(&draft.bookings, draft.on());
        for (id, made) in draft.made() {
            let line = self.lines.entry(id).or_default();
            line.made = made + if line.made_on == Some(today) { line.made } else { 0 };
            line.made_on = Some(today);
        }
        if draft.comparable.is_some() {
            // What it gave back is shown, also before taxes are known.
            let shown = (draft.comparable != Some(draft.net)).then_some(draft.net);
            (self.comparable, self.comparable_net) = (draft.comparable, shown);
        }
        self.bucket = draft.hours.bucket.clone().or(self.bucket);
        let month = self.bucket.as_ref().map(|kept| kept.bucket.from);
        self.told.retain(|told| month.is_none_or(|month| told.month >= month));
        self
    }

    /// The book after a draft that is written on `today`, with what that came to by these taxes.
    ///
    /// # Errors
    /// As [`Taxing::nets`].
    pub fn with_net(self, draft: &Draft, taxing: Taxing<'_>, today: Date) -> Result<Self, Refusal> {
        let mut book = self.with(draft, today);
        if draft.comparable.is_some() {
            book.comparable_net = Some(invoiced(draft, taxing)?.1.net);
        }
        Ok(book)
    }

    pub(super) fn apply(&mut self, bookings: &[Booking], on: Date) {
        for booking in bookings {
            let line = self.lines.entry(booking.line).or_default();
            match line.periods.iter_mut().find(|billed| billed.period == booking.period.period) {
                Some(billed) => *billed = booking.period,
                None => line.periods.push(booking.period),
            }
            let over = line.periods.len().saturating_sub(booking.keep);
            line.periods.drain(..over);
        }
        self.billed_on = Some(on);
    }

    /// Whether something of a line was billed.
    pub fn has_billed(&self, id: LineId) -> bool {
        !self.periods(id).is_empty()
    }

    pub(super) fn periods(&self, id: LineId) -> &[BookPeriod] {
        self.lines.get(&id).map_or(&[], |line| &line.periods)
    }
}

impl Facts {
    /// Whether something is left to take up besides the contract's lines.
    pub(super) fn has_open(&self) -> bool {
        !(self.usage.is_empty() && self.time.is_empty() && self.charges.is_empty() && self.sold.is_empty())
    }

    /// Whether something is left that the bill of a date would have taken up, had it had room.
    pub(super) fn has_left(&self, on: Date) -> bool {
        let sold = |sold: &SoldBlock| {
            let priced = sold.block.price.currency() == self.contract.currency;
            sold.is_unbilled() && priced && sold.block.bought_on <= on
        };
        self.charges.iter().any(|charge| charge.on <= on)
            || self.time.iter().any(|worked| worked.time.on < on)
            || self.sold.iter().any(sold)
    }

    /// The facts after a draft was written on `today`: what the store holds then, and what the next bill starts from.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for sums that are too large.
    pub fn with(mut self, draft: &Draft, today: Date) -> Result<Self, Refusal> {
        self.book = self.book.with(draft, today);
        self.contract = draft.contract_after(self.contract);
        self.usage.retain(|usage| !draft.taken.usage.contains(&usage.id));
        self.time.retain(|worked| !draft.taken.time.contains(&worked.time.entry));
        self.charges.retain(|charge| !draft.taken.charges.contains(&charge.id));
        self.sold.retain(|sold| !draft.taken.blocks.contains(&sold.block.id));
        self.blocks = prepaid::after(self.blocks, &draft.hours);
        self.runs = self.runs.with(draft.on(), draft.net, draft.proven, today)?;
        Ok(self)
    }
}
