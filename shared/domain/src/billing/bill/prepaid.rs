//! What work draws from prepaid hours on a bill, and blocks of them that were sold by hand.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::draft::DraftLine;
use super::facts::{Facts, Worked};
use super::sheet::{Row, Sheet, last_day};
use crate::billing::blocks::SoldBlock;
use crate::billing::contract::{Line, renewed};
use crate::billing::cycle::{Cycle, Period, Schedule};
use crate::billing::hours::{
    Alert, Block, Bucket, BucketTerms, CoveredLine, Draw, HOUR, Prepaid, Source, cover, on_the_clock,
};
use crate::billing::lines::Origin;
use crate::billing::work::TimeLine;
use crate::error::Refusal;
use crate::ids::{BlockId, LineId};
use crate::money::Money;

/// Most blocks that the work on one bill draws on, those first that expire first: each is a write in the bill's
/// transaction. Work beyond them is charged.
pub const MOST_DRAWN: usize = 10;
/// Most blocks sold by hand that one bill takes up; the others wait for the next.
pub const MOST_SOLD: usize = 10;
/// Most months that a bucket is rolled on at once: a century.
const MOST_MONTHS: usize = 1_200;

/// The bucket of a contract's line, as its last bill left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineBucket {
    /// The line that includes the hours.
    pub line: LineId,
    /// The month that work drew on last.
    pub bucket: Bucket,
}

/// Minutes that an invoice drew, factors included: what its void gives back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawing {
    /// From where, and how many.
    pub draw: Draw,
    /// The first day of the bucket's month; for a block the day of the bill.
    pub month: Date,
}

/// That somebody was told of a month's hours before the work that drew them was billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The first day of the month.
    pub month: Date,
    /// Which of [`crate::billing::hours::ALERTS`].
    pub percent: u8,
}

/// What work that is on no bill yet will draw, as far as somebody is to be told of it now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watched {
    /// Whoever looks after the client is told of these, each once for ever.
    pub alerts: Vec<Alert>,
    /// What the book remembers of them, with what it remembered before.
    pub told: Vec<Told>,
    /// The blocks that the work could draw on, as it leaves them.
    pub blocks: Vec<Block>,
}

/// Lets all work that is on no bill yet draw on prepaid hours as its bill will, and says of what somebody is to be told.
///
/// # Errors
/// [`Refusal::Conflict`] `amount_too_large`.
pub fn watch(facts: &Facts) -> Result<Watched, Refusal> {
    let Some(last) = facts.time.iter().map(|worked| worked.time.on).max() else { return Ok(Watched::default()) };
    let hours = Hours::after_open_work(facts, last)?;
    Ok(Watched { alerts: hours.alerts, told: hours.told, blocks: hours.prepaid.blocks })
}

/// The hours that a contract includes in a month, as all work that is logged leaves them, on a bill or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncludedHours {
    /// The line that includes them.
    pub line: LineId,
    /// Minutes that the month has of its own. What was there beyond them when it began rolled over.
    pub own: Decimal,
    /// The month.
    pub bucket: Bucket,
    /// Minutes that are drawn of it by work that is on no bill yet.
    pub unbilled: Decimal,
}

/// Lets all work that is on no bill yet draw on prepaid hours as its bill will, and says what is left of the month that has a
/// day; none where the contract includes no hours on it.
///
/// # Errors
/// [`Refusal::Conflict`] `amount_too_large`.
pub fn included_hours(facts: &Facts, today: Date) -> Result<Option<IncludedHours>, Refusal> {
    // As the bill of the day does: a term of which nobody gave notice goes on.
    let contract = renewed(facts.contract.clone(), today);
    let facts = &Facts { contract, ..facts.clone() };
    if bucket_on(facts, today).is_none() {
        return Ok(None);
    }
    let last = facts.time.iter().map(|worked| worked.time.on).fold(today, Date::max);
    let mut hours = Hours::after_open_work(facts, last)?;
    let month = hours.roll_on_to(today);
    let unbilled = hours.drawn.get(&(Source::Bucket {}, month)).copied().unwrap_or_default();
    let Some((line, (_, bucket))) = hours.line.zip(hours.prepaid.bucket) else { return Ok(None) };
    let terms = facts.contract.line(line).and_then(|line| line.bucket_of(month));
    let own = terms.map(|terms| Decimal::from(terms.minutes)).unwrap_or_default().min(bucket.available);
    Ok(Some(IncludedHours { line, own, bucket, unbilled }))
}

/// What a draft does with prepaid hours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoursDrawn {
    /// What was drawn, by source and month.
    pub drawings: Vec<Drawing>,
    /// The blocks that were drawn on, as they stand after.
    pub blocks: Vec<Block>,
    /// The contract's bucket as it stands after; none when no work asked for one.
    pub bucket: Option<LineBucket>,
    /// Whoever looks after the client is told of these, each once for ever.
    pub alerts: Vec<Alert>,
}

/// Prepaid hours while a bill draws on them.
pub(super) struct Hours<'a> {
    facts: &'a Facts,
    on: Date,
    /// The first day of the period that the bill closes. Late work draws on the bucket of that month.
    since: Date,
    prepaid: Prepaid,
    line: Option<LineId>,
    drawn: BTreeMap<(Source, Date), Decimal>,
    alerts: Vec<Alert>,
    told: Vec<Told>,
}

impl<'a> Hours<'a> {
    /// What there is to draw on for a bill of this date.
    pub(super) fn of(facts: &'a Facts, on: Date) -> Self {
        let days: Vec<Date> = facts.time.iter().map(|worked| worked.time.on).filter(|day| *day < on).collect();
        let useful = |block: &&Block| !block.left().is_zero() && days.iter().any(|day| block.serves(*day));
        let mut blocks: Vec<Block> = facts.blocks.iter().filter(useful).cloned().collect();
        blocks.sort_by_key(|block| (block.expires_on.is_none(), block.expires_on, block.bought_on, block.id));
        blocks.truncate(MOST_DRAWN);
        let kept = facts.book.bucket.as_ref();
        let bucket = kept.and_then(|kept| {
            let terms = facts.contract.line(kept.line)?.bucket.clone()?;
            Some((terms, kept.bucket.clone()))
        });
        Self {
            facts,
            on,
            since: facts.book.billed_on.unwrap_or(facts.contract.schedule.starts_on),
            line: kept.filter(|_| bucket.is_some()).map(|kept| kept.line),
            prepaid: Prepaid { bucket, blocks },
            drawn: BTreeMap::new(),
            alerts: Vec::new(),
            told: facts.book.told.clone(),
        }
    }

    /// What all open work leaves, the last of which is of the day `last` or an earlier one.
    ///
    /// # Errors
    /// As [`Hours::cover`].
    fn after_open_work(facts: &'a Facts, last: Date) -> Result<Self, Refusal> {
        let mut all: Vec<&Worked> = facts.time.iter().collect();
        all.sort_by_key(|worked| (worked.time.on, worked.time.entry));
        let mut hours = Hours::of(facts, last.saturating_add(1.day()));
        for worked in all {
            hours.cover(&worked.time)?;
        }
        Ok(hours)
    }

    /// Lets a piece of work draw; the days of work come in order.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] `amount_too_large`.
    pub(super) fn cover(&mut self, line: &TimeLine) -> Result<CoveredLine, Refusal> {
        let month = self.roll_on_to(line.on.max(self.since));
        let (covered, alerts) = cover(vec![line.clone()], &mut self.prepaid)?;
        let of_bucket = alerts.iter().filter(|alert| alert.source == (Source::Bucket {}));
        self.told.extend(of_bucket.map(|alert| Told { month, percent: alert.percent }));
        self.alerts.extend(alerts);
        let Some(covered) = covered.into_iter().next() else {
            return Err(Refusal::conflict("work_lost", "a piece of work is missing on the bill; report this"));
        };
        for Draw { source, minutes } in &covered.drawn {
            let month = if *source == (Source::Bucket {}) { month } else { self.on };
            *self.drawn.entry((*source, month)).or_default() += *minutes;
        }
        Ok(covered)
    }

    /// What came of it.
    pub(super) fn done(self) -> HoursDrawn {
        let touched = |block: &Block| self.drawn.keys().any(|(source, _)| *source == Source::Block { block: block.id });
        let blocks = self.prepaid.blocks.iter().filter(|block| touched(block)).cloned().collect();
        let drawing = |((source, month), minutes): (&(Source, Date), &Decimal)| Drawing {
            draw: Draw { source: *source, minutes: *minutes },
            month: *month,
        };
        HoursDrawn {
            drawings: self.drawn.iter().map(drawing).collect(),
            blocks,
            bucket: self.line.zip(self.prepaid.bucket).map(|(line, (_, bucket))| LineBucket { line, bucket }),
            alerts: self.alerts,
        }
    }

    /// Brings the bucket into the month of a day, and says which that is.
    fn roll_on_to(&mut self, day: Date) -> Date {
        let Some((line, terms, from)) = bucket_on(self.facts, day) else {
            (self.line, self.prepaid.bucket) = (None, None);
            return day;
        };
        let known = self.prepaid.bucket.take().filter(|_| self.line == Some(line.id)).map(|(_, bucket)| bucket);
        let of = |month: Date| line.bucket_of(month).unwrap_or_else(|| terms.clone());
        let mut bucket = known.unwrap_or_else(|| {
            let month = month_of(self.facts, from);
            of(month.from).first(month.from, month.to)
        });
        for _ in 0..MOST_MONTHS {
            if day < bucket.to {
                break;
            }
            bucket = of(bucket.to).next(&bucket, month_of(self.facts, bucket.to).to);
        }
        let month = bucket.from;
        let told = self.told.iter().filter(|told| told.month == month).map(|told| told.percent);
        let new: Vec<u8> = told.filter(|percent| !bucket.alerted.contains(percent)).collect();
        bucket.alerted.extend(new);
        self.line = Some(line.id);
        self.prepaid.bucket = Some((terms.clone(), bucket));
        month
    }
}

/// The line whose bucket serves a day, with its terms and its own first day.
fn bucket_on(facts: &Facts, day: Date) -> Option<(&Line, &BucketTerms, Date)> {
    facts.contract.lines.iter().find_map(|line| {
        let life = facts.contract.life(line).filter(|life| life.contains(day))?;
        Some((line, line.bucket.as_ref()?, life.from))
    })
}

/// The month of the contract that has this day, counted from its anchor, whatever the cycle of its bills.
fn month_of(facts: &Facts, day: Date) -> Period {
    let schedule = Schedule { cycle: Cycle::Monthly, ends_on: None, ..facts.contract.schedule };
    schedule.period_of(day).unwrap_or_else(|| schedule.first())
}

/// How a piece of work that drew on prepaid hours is printed: hours that are charged, at the rate that they are charged
/// at, and in words what was drawn.
pub(super) fn printed(covered: &CoveredLine, line: &mut DraftLine) {
    let drawn: Decimal = covered.drawn.iter().map(|draw| draw.minutes).sum();
    (line.gross, line.own, line.net) = (covered.amount, covered.amount, covered.amount);
    if drawn.is_zero() && covered.rate == covered.line.rate {
        return;
    }
    line.quantity = (covered.charged / Decimal::from(60)).round_dp(4).normalize();
    line.unit_price = Some(covered.rate.normalize());
    let said = match (drawn.is_zero(), covered.charged.is_zero()) {
        (true, _) => "beyond the hours that the contract includes".to_owned(),
        (false, true) => format!("{} hours, all prepaid", on_the_clock(drawn)),
        (false, false) => {
            format!("{} of {} hours were prepaid", on_the_clock(drawn), on_the_clock(drawn + covered.charged))
        }
    };
    line.note = Some(line.note.take().map_or_else(|| said.clone(), |note| format!("{note}; {said}")));
}

/// Adds the blocks that were sold by hand, oldest first.
pub(super) fn sold(sheet: &mut Sheet, facts: &Facts, on: Date, room: usize) {
    let wanted = |sold: &&SoldBlock| {
        sold.is_unbilled() && sold.block.bought_on <= on && sold.block.price.currency() == facts.contract.currency
    };
    let mut all: Vec<&SoldBlock> = facts.sold.iter().filter(wanted).collect();
    all.sort_by_key(|sold| (sold.block.bought_on, sold.block.id));
    for sold in all.into_iter().take(room.min(MOST_SOLD)) {
        sheet.taken.blocks.insert(sold.block.id);
        sheet.rows.push(Row { line: line_of_block(sold, on), shares: false });
    }
}

fn line_of_block(sold: &SoldBlock, on: Date) -> DraftLine {
    let Block { id, minutes, price, bought_on, expires_on, .. } = sold.block;
    let service = expires_on.map(|to| Period { from: bought_on, to });
    DraftLine {
        origin: Origin::Block { block: id },
        text: sold.text.clone(),
        service,
        quantity: (Decimal::from(minutes) / Decimal::from(60)).round_dp(4).normalize(),
        unit: Some(HOUR.to_owned()),
        unit_price: None,
        gross: price,
        discount: Money::zero(price.currency()),
        discounts: Vec::new(),
        own: price,
        net: price,
        taxes: sold.taxes.clone(),
        tax_on: on,
        note: expires_on.map(|to| format!("prepaid until {}", last_day(Period { from: bought_on, to }))),
    }
}

/// The blocks of before, as the draft left them.
pub(super) fn after(mut blocks: Vec<Block>, drawn: &HoursDrawn) -> Vec<Block> {
    let now: BTreeMap<BlockId, &Block> = drawn.blocks.iter().map(|block| (block.id, block)).collect();
    for block in &mut blocks {
        if let Some(now) = now.get(&block.id) {
            block.clone_from(now);
        }
    }
    blocks
}
