//! What an hour cost on days of which work is billed stays as it was.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::rates::{Rate, RateCard};
use crate::billing::codes::{RoleCode, WorkTypeCode};
use crate::error::Refusal;
use crate::ids::{ContractId, UserId};

/// Prices of older days may be left out, so that a book does not fill up: two years before the newest billed work.
const FIXED_DAYS: i64 = 731;

/// Lets another card through only if it changes no price of a day up to and with `billed_until`, the newest local day of
/// work that is on an invoice. Where no price held, nothing was billed, and one may be added: work without a price waits.
///
/// # Errors
/// [`Refusal::Conflict`] `rates_billed` with the first such day.
pub fn keeps_what_was_billed(before: &RateCard, after: &RateCard, billed_until: Option<Date>) -> Result<(), Refusal> {
    let Some(until) = billed_until else { return Ok(()) };
    let Some(day) = first_change(before, after, until) else { return Ok(()) };
    let next = until.saturating_add(1.day());
    let detail = format!(
        "work up to {until} is billed, and an hour of {day} would cost something else; keep the prices of those days as \
         they are, and let the new one begin on {next} or later"
    );
    Err(Refusal::conflict("rates_billed", detail))
}

/// For which work a price is; none for any other.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Work<'a> {
    contract: Option<ContractId>,
    person: Option<UserId>,
    role: Option<&'a RoleCode>,
    work_type: Option<&'a WorkTypeCode>,
}

impl<'a> Work<'a> {
    fn of(rate: &'a Rate) -> Self {
        let (role, work_type) = (rate.role.as_ref(), rate.work_type.as_ref());
        Self { contract: rate.contract, person: rate.person, role, work_type }
    }

    /// The work for which both are.
    fn and(self, other: Self) -> Option<Self> {
        fn same<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<Option<T>> {
            match (one, other) {
                (Some(one), Some(other)) => (one == other).then_some(Some(one)),
                (one, other) => Some(one.or(other)),
            }
        }
        Some(Self {
            contract: same(self.contract, other.contract)?,
            person: same(self.person, other.person)?,
            role: same(self.role, other.role)?,
            work_type: same(self.work_type, other.work_type)?,
        })
    }

    /// What may have a rate that is for this work, from what names most to what names nothing: see [`Rate`].
    fn wider(self) -> impl Iterator<Item = Self> {
        (0..16_u8).rev().map(move |named| {
            let names = |bit: u8| named & bit != 0;
            Self {
                contract: self.contract.filter(|_| names(8)),
                person: self.person.filter(|_| names(4)),
                role: self.role.filter(|_| names(2)),
                work_type: self.work_type.filter(|_| names(1)),
            }
        })
    }
}

/// The rates of a card by what they are for.
struct Card<'a>(HashMap<Work<'a>, &'a Rate>);

impl<'a> Card<'a> {
    fn of(card: &'a RateCard) -> Self {
        Self(card.rates.iter().map(|rate| (Work::of(rate), rate)).collect())
    }

    fn rates(&self, work: Work<'a>) -> impl Iterator<Item = &'a Rate> {
        work.wider().filter_map(|wider| self.0.get(&wider).copied())
    }

    fn price(&self, work: Work<'a>, day: Date) -> Option<Decimal> {
        self.rates(work).find_map(|rate| rate.on(day))
    }
}

/// The first day with another price. A price differs only where a rate that changed is the one that holds in one of the
/// cards, so it is enough to look at the work for which that rate and any one other are.
fn first_change(before: &RateCard, after: &RateCard, until: Date) -> Option<Date> {
    let first = until.saturating_sub(FIXED_DAYS.days());
    let (before, after) = (Card::of(before), Card::of(after));
    let all: HashSet<Work<'_>> = before.0.keys().chain(after.0.keys()).copied().collect();
    let changed = all.iter().filter(|work| before.0.get(*work) != after.0.get(*work));
    let met = changed.flat_map(|work| all.iter().filter_map(|other| work.and(*other)));
    let days = met.filter_map(|work| {
        let rates = || before.rates(work).chain(after.rates(work));
        let turns = rates().flat_map(|rate| rate.per_hour.iter().map(|price| price.from).chain(rate.until));
        let turns: BTreeSet<Date> = turns.filter(|day| (first..=until).contains(day)).chain([first]).collect();
        turns.into_iter().find(|day| {
            let was = before.price(work, *day);
            was.is_some() && was != after.price(work, *day)
        })
    });
    days.min()
}
