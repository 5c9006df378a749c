//! Drawing time from prepaid hours.
//!
//! Time draws on what expires first; then on what is older; then on the bucket before the blocks. A block serves the work
//! of its own days, whenever that is billed. A minute of work with a factor of 1.5 draws one and a half minutes, so a
//! block of hours is worth the same by day and by night (Autotask's "block hour factor" does this by role).

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{ALERTS, Block, Bucket, BucketTerms, reaches};
use crate::billing::codes::WorkTypeCode;
use crate::billing::work::TimeLine;
use crate::billing::work::price::cost_of;
use crate::error::Refusal;
use crate::ids::BlockId;
use crate::money::Money;

/// What a client has prepaid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prepaid {
    /// The contract's bucket in the month that is billed, with its terms.
    pub bucket: Option<(BucketTerms, Bucket)>,
    /// The client's blocks, in any order.
    pub blocks: Vec<Block>,
}

/// Where minutes were drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Source {
    /// From the month's bucket.
    Bucket {},
    /// From a block.
    Block {
        /// Which.
        block: BlockId,
    },
}

/// What was drawn for one piece of work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawn {
    /// From where, and how many minutes, factors included.
    pub parts: Vec<(Source, Decimal)>,
    /// Minutes, factors included, for which nothing was left.
    pub left: Decimal,
}

/// Somebody is to be told that prepaid hours run out. Each comes once for a block, and once a month for a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Of what.
    pub source: Source,
    /// Which of [`ALERTS`].
    pub percent: u8,
    /// Minutes drawn so far.
    pub used: Decimal,
    /// Of how many.
    pub of: Decimal,
    /// The first day of the bucket's month; none for a block.
    pub month: Option<Date>,
}

/// A priced piece of work after prepaid hours took their part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CoveredLine {
    /// The work, with the price that it would have without prepaid hours.
    pub line: TimeLine,
    /// Minutes that were drawn, by source, factors included.
    pub drawn: Vec<Draw>,
    /// Minutes that are charged, factors included.
    pub charged: Decimal,
    /// In major units an hour, before factors: the bucket's overage rate, or the rate card's.
    pub rate: Decimal,
    /// What is charged: zero when everything was drawn.
    pub amount: Money,
}

/// Minutes drawn from one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Draw {
    /// From where.
    pub source: Source,
    /// How many, factors included.
    pub minutes: Decimal,
}

/// Lets priced work draw on prepaid hours, in the order given: what is left is charged.
///
/// # Errors
/// [`Refusal::Conflict`] `amount_too_large`.
pub fn cover(lines: Vec<TimeLine>, prepaid: &mut Prepaid) -> Result<(Vec<CoveredLine>, Vec<Alert>), Refusal> {
    let mut covered = Vec::with_capacity(lines.len());
    let mut alerts = Vec::new();
    for line in lines {
        let minutes = Decimal::from(line.minutes) * line.factor;
        let drawn = prepaid.draw(line.on, &line.work_type, minutes);
        alerts.extend(prepaid.alerts());
        let untouched = drawn.parts.is_empty();
        let overage = prepaid.overage_per_hour(&line.work_type);
        let rate = overage.unwrap_or(line.rate);
        let amount = if untouched && overage.is_none() {
            line.amount
        } else {
            cost_of(drawn.left, rate, line.amount.currency())?
        };
        let draws = drawn.parts.into_iter().map(|(source, minutes)| Draw { source, minutes }).collect();
        covered.push(CoveredLine { line, drawn: draws, charged: drawn.left, rate, amount });
    }
    Ok((covered, alerts))
}

impl Prepaid {
    /// Draws minutes, factors included, for work of a kind on a local day. Late work of an earlier month draws on the
    /// bucket of the month in which it is billed.
    pub fn draw(&mut self, on: Date, work_type: &WorkTypeCode, minutes: Decimal) -> Drawn {
        let mut left = minutes.max(Decimal::ZERO);
        let mut by_source: BTreeMap<Source, Decimal> = BTreeMap::new();
        let mut order = Vec::new();
        for pot in self.pots(on, work_type) {
            let taken = self.take(&pot, left);
            if taken > Decimal::ZERO {
                left -= taken;
                let sum = by_source.entry(pot.source).or_insert_with(|| {
                    order.push(pot.source);
                    Decimal::ZERO
                });
                *sum += taken;
            }
        }
        let parts = order.into_iter().filter_map(|source| Some((source, *by_source.get(&source)?))).collect();
        Drawn { parts, left }
    }

    /// Gives back what was drawn, because its invoice was made void. A bucket takes it back into its own month, and none
    /// when another month has begun. Alerts that were given are not given again.
    pub fn give_back(&mut self, draws: &[Draw], drawn_in: Date) {
        for Draw { source, minutes } in draws {
            match source {
                Source::Bucket {} => {
                    let bucket = self.bucket.as_mut().map(|(_, bucket)| bucket);
                    if let Some(bucket) = bucket.filter(|bucket| bucket.from <= drawn_in && drawn_in < bucket.to) {
                        bucket.give_back(*minutes);
                    }
                }
                Source::Block { block } => {
                    if let Some(block) = self.blocks.iter_mut().find(|known| known.id == *block) {
                        block.used = (block.used - *minutes).max(Decimal::ZERO);
                    }
                }
            }
        }
    }

    /// The alerts that have come due and were not given yet; they count as given from now on.
    pub fn alerts(&mut self) -> Vec<Alert> {
        let mut alerts = Vec::new();
        if let Some((_, bucket)) = &mut self.bucket {
            let (used, of) = (bucket.used, bucket.available);
            let month = Some(bucket.from);
            let due = due(Source::Bucket {}, used, of, &mut bucket.alerted);
            alerts.extend(due.into_iter().map(|alert| Alert { month, ..alert }));
        }
        for block in &mut self.blocks {
            let source = Source::Block { block: block.id };
            alerts.extend(due(source, block.used, Decimal::from(block.minutes), &mut block.alerted));
        }
        alerts
    }

    /// The bucket's rate for work beyond it, when this kind of work draws on it.
    fn overage_per_hour(&self, work_type: &WorkTypeCode) -> Option<Decimal> {
        let (terms, _) = self.bucket.as_ref()?;
        terms.overage_per_hour.filter(|_| takes(&terms.work_types, work_type))
    }

    /// What this work may draw on, in the order in which it does.
    fn pots(&self, on: Date, work_type: &WorkTypeCode) -> Vec<Pot> {
        let bucket = self.bucket.iter().filter(|(terms, bucket)| takes(&terms.work_types, work_type) && on < bucket.to);
        let layers = bucket.flat_map(|(_, bucket)| {
            bucket.layers.iter().enumerate().map(|(at, layer)| Pot {
                expires_on: Some(layer.expires_on),
                since: bucket.from,
                source: Source::Bucket {},
                at,
            })
        });
        let serving = |block: &&Block| block.serves(on) && takes(&block.work_types, work_type);
        let place = |(at, block): (usize, &Block)| Pot {
            expires_on: block.expires_on,
            since: block.bought_on,
            source: Source::Block { block: block.id },
            at,
        };
        let blocks = self.blocks.iter().enumerate().filter(|(_, block)| serving(block)).map(place);
        let mut pots: Vec<Pot> = layers.chain(blocks).collect();
        pots.sort_by_key(|pot| (pot.expires_on.is_none(), pot.expires_on, pot.since, pot.source, pot.at));
        pots
    }

    fn take(&mut self, pot: &Pot, wanted: Decimal) -> Decimal {
        match pot.source {
            Source::Bucket {} => self.bucket.as_mut().map_or(Decimal::ZERO, |(_, bucket)| bucket.take(pot.at, wanted)),
            Source::Block { .. } => {
                let Some(block) = self.blocks.get_mut(pot.at) else { return Decimal::ZERO };
                let taken = wanted.min(block.left());
                block.used += taken;
                taken
            }
        }
    }
}

/// Something to draw on.
struct Pot {
    expires_on: Option<Date>,
    since: Date,
    source: Source,
    /// Which layer of the bucket, or which of the blocks.
    at: usize,
}

/// Whether work of a kind draws on something for these kinds; none means all.
fn takes(work_types: &[WorkTypeCode], work_type: &WorkTypeCode) -> bool {
    work_types.is_empty() || work_types.contains(work_type)
}

fn due(source: Source, used: Decimal, of: Decimal, alerted: &mut Vec<u8>) -> Vec<Alert> {
    let is_new = |percent: &u8| reaches(used, of, *percent) && !alerted.contains(percent);
    let new: Vec<u8> = ALERTS.into_iter().filter(is_new).collect();
    alerted.extend(&new);
    new.into_iter().map(|percent| Alert { source, percent, used, of, month: None }).collect()
}
