//! What the void of an invoice gives back of a contract's book, and what of its lines can be billed again.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::facts::{Book, BookPeriod, Charge, KEPT_PERIODS};
use super::prepaid::{Drawing, LineBucket};
use crate::billing::hours::Source;
use crate::billing::lines::{InvoiceLine, Origin};
use crate::error::Refusal;
use crate::ids::{ChargeId, LineId};
use crate::money::Money;

/// What an invoice booked of a line's usage in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookedUsage {
    /// Of which line.
    pub line: LineId,
    /// The period, and how much more of everything there was after the invoice than before.
    pub more: BookPeriod,
}

impl Draft {
    /// What it books of usage. Periods without a record are left out: nothing of them can be reported again.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn booked_usage(&self, before: &Book) -> Result<Vec<BookedUsage>, Refusal> {
        let mut booked: Vec<BookedUsage> = Vec::new();
        for booking in self.bookings.iter().filter(|booking| booking.keep == KEPT_PERIODS) {
            let (line, after) = (booking.line, booking.period);
            let known = before.periods(line).iter().find(|known| known.period == after.period);
            let more = known.map_or(Ok(after), |known| less(after, known))?;
            booked.retain(|other| other.line != line || other.more.period != after.period);
            if more.records > 0 {
                booked.push(BookedUsage { line, more });
            }
        }
        Ok(booked)
    }
}

impl Book {
    /// The book after an invoice of its contract was made void: its usage may come again, at the price that it has with
    /// what is left, and what its work drew from the bucket of this month is back. A period that the book has forgotten
    /// stays forgotten.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn without(mut self, booked: &[BookedUsage], drawings: &[Drawing]) -> Result<Self, Refusal> {
        for BookedUsage { line, more } in booked {
            let periods = self.lines.get_mut(line).map(|line| &mut line.periods);
            for known in periods.into_iter().flatten().filter(|known| known.period == more.period) {
                *known = less(*known, more)?;
            }
        }
        if let Some(LineBucket { bucket, .. }) = &mut self.bucket {
            let (source, month) = (Source::Bucket {}, bucket.from);
            for drawing in drawings.iter().filter(|drawing| drawing.draw.source == source && drawing.month == month) {
                bucket.give_back(drawing.draw.minutes);
            }
        }
        Ok(self)
    }
}

fn less(from: BookPeriod, what: &BookPeriod) -> Result<BookPeriod, Refusal> {
    Ok(BookPeriod {
        period: from.period,
        quantity: from.quantity - what.quantity,
        records: from.records.saturating_sub(what.records),
        exact: from.exact - what.exact,
        net: from.net.minus(what.net)?,
        top_up: from.top_up.minus(what.top_up)?,
    })
}

/// A void invoice's line as a charge, so that it can be billed again: what was agreed for a period is in no other record.
/// None for what comes back as itself, which is time, charges, blocks, and usage that was reported; and for lines over
/// nothing. `blocks` are the contract's lines whose prepaid hours the invoice sold.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that do not add up.
pub fn carried(
    line: &InvoiceLine,
    booked: &[BookedUsage],
    blocks: &[LineId],
    id: ChargeId,
    on: Date,
) -> Result<Option<Charge>, Refusal> {
    let of = match line.origin {
        Origin::ContractLine { line, .. }
        | Origin::Adjustment { line, .. }
        | Origin::Minimum { line, .. }
        | Origin::Usage { line, .. }
        | Origin::LateUsage { line, .. }
        | Origin::Overage { line, .. } => line,
        _ => return Ok(None),
    };
    let reported = |booked: &BookedUsage| {
        booked.line == of && line.service.is_some_and(|service| booked.more.period.contains(service.from))
    };
    let amount: Money = line.gross.minus(line.discount)?;
    if amount.is_zero() || blocks.contains(&of) || booked.iter().any(reported) {
        return Ok(None);
    }
    Ok(Some(Charge {
        id,
        on,
        text: line.text.clone(),
        quantity: Decimal::ONE,
        unit: None,
        unit_price: amount.major(),
        taxes: line.taxes.iter().map(|tax| tax.code.clone()).collect(),
        service: line.service,
        late_for: None,
    }))
}
