//! What is billed on one date, as it is put together.

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::discounting::share_invoice_discounts;
use super::draft::{BlockSold, Draft, DraftLine, Taken};
use super::facts::{BookPeriod, Booking, Facts, KEPT_PERIODS};
use super::line::Known;
use super::prepaid::HoursDrawn;
use super::{extras, hold, is_bill_date, is_further, is_over, next_on, period_of, periodic, soon, usage};
use crate::billing::contract::{Line, LineKind};
use crate::billing::cycle::Period;
use crate::billing::discounts::Given;
use crate::billing::invoice::Billed;
use crate::billing::lines::Origin;
use crate::error::Refusal;
use crate::money::Money;

/// What is billed on one date.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub rows: Vec<Row>,
    pub bookings: Vec<Booking>,
    pub taken: Taken,
    pub blocks: Vec<BlockSold>,
    pub hours: HoursDrawn,
}

/// A line, and whether the discounts on the invoice are on it.
#[derive(Debug)]
pub(super) struct Row {
    pub line: DraftLine,
    pub shares: bool,
}

impl Sheet {
    /// What is to be billed on a date.
    pub(super) fn of(facts: &Facts, on: Date) -> Result<Self, Refusal> {
        let mut sheet = Self::default();
        let contract = &facts.contract;
        let late = contract.schedule.ends_on.is_some_and(|end| end < on);
        let further = is_further(facts, on);
        if !is_bill_date(contract, on) && !late && !further {
            return Ok(sheet);
        }
        let used = usage::by_line(facts, on)?;
        let known = Known { counts: &facts.counts, on };
        for line in &contract.lines {
            match line.kind {
                LineKind::Time => {}
                LineKind::OneOff | LineKind::Fixed | LineKind::PerSeat | LineKind::Block if further => {}
                LineKind::OneOff => periodic::once(&mut sheet, facts, line, on, known)?,
                LineKind::Usage => {
                    let used = used.get(&line.id).map_or(&[][..], |used| used);
                    usage::bill(&mut sheet, facts, line, on, used)?;
                }
                LineKind::Fixed | LineKind::PerSeat | LineKind::Block => {
                    periodic::bill(&mut sheet, facts, line, on, known)?;
                }
            }
        }
        extras::charges(&mut sheet, facts, on)?;
        extras::blocks(&mut sheet, facts, on);
        extras::time(&mut sheet, facts, on)?;
        Ok(sheet)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Notes what was billed of a line in a period.
    pub(super) fn book(&mut self, line: &Line, period: BookPeriod) {
        let keep = if line.kind == LineKind::Usage || line.follows_counts() { KEPT_PERIODS } else { 1 };
        self.bookings.push(Booking { line: line.id, period, keep });
    }

    /// Adds a row of a single amount for a contract line; `net` is what is left of it after the `discounts`.
    pub(super) fn amount(
        &mut self,
        line: &Line,
        origin: Origin,
        service: Period,
        (gross, (net, discounts)): (Money, (Money, Vec<Given>)),
        note: String,
    ) -> Result<(), Refusal> {
        self.rows.push(Row {
            line: DraftLine {
                origin,
                text: line.text.clone(),
                service: Some(service),
                quantity: Decimal::ONE,
                unit: None,
                unit_price: None,
                gross,
                discount: gross.minus(net)?,
                discounts,
                own: net,
                net,
                taxes: line.taxes.clone(),
                tax_on: last_day(service),
                note: Some(note),
            },
            shares: false,
        });
        Ok(())
    }

    /// The draft. `bookings` are those of the bill dates before it with nothing to bill.
    pub(super) fn draft(
        self,
        facts: &Facts,
        mut bookings: Vec<Booking>,
        today: Date,
        on: Date,
    ) -> Result<Draft, Refusal> {
        let contract = &facts.contract;
        let lines = share_invoice_discounts(facts, self.rows, on)?;
        let net = Money::sum(contract.currency, lines.iter().map(|line| line.net))?;
        bookings.extend(self.bookings);
        let to = if is_further(facts, on) { soon(contract, on) } else { period_of(contract, on).to };
        let kept = Money::sum(contract.currency, lines.iter().filter(|line| !gives_back(line)).map(|line| line.net))?;
        let comparable = (is_whole(facts, on) && kept.minor() > 0).then_some(kept);
        let mut draft = Draft {
            billed: Billed { contract: contract.id, period: Period { from: on, to } },
            client: contract.client,
            currency: contract.currency,
            terms: contract.terms,
            lines,
            net,
            taken: self.taken,
            blocks: self.blocks,
            hours: self.hours,
            bookings,
            comparable,
            proven: facts.book.comparable.is_some() || facts.approvals.iter().any(|approval| approval.on == on),
            next_on: None,
            holds: Vec::new(),
        };
        let left = facts.clone().with(&draft, today)?;
        draft.next_on = next_on(&left, on, draft.is_full() || left.has_left(on));
        draft.holds = hold::of(&draft, facts, today)?;
        Ok(draft)
    }
}

/// Whether a line gives back what an earlier bill, or nothing of the contract, had: that says nothing of what bills come to.
fn gives_back(line: &DraftLine) -> bool {
    let of_the_period =
        matches!(line.origin, Origin::ContractLine { .. } | Origin::Usage { .. } | Origin::Minimum { .. });
    line.net.is_negative() && !of_the_period
}

/// The last day of a period.
pub(super) fn last_day(period: Period) -> Date {
    period.to.saturating_sub(1.day())
}

/// Whether a bill is over whole periods, so that another one may be compared with it: the one that ended and the one
/// that starts, both within the term.
fn is_whole(facts: &Facts, on: Date) -> bool {
    let schedule = &facts.contract.schedule;
    let before = last_day(Period { from: on, to: on });
    let ended = period_of(&facts.contract, before);
    let starts = period_of(&facts.contract, on);
    let whole = |period: Period| schedule.clipped(&period) == Some(period);
    starts.from == on && !is_over(&facts.contract, on) && before >= schedule.starts_on && whole(ended) && whole(starts)
}
