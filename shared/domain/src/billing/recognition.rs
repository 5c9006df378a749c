//! Deferred revenue, recognised day by day over the days that were paid for.
//!
//! What has been earned by a day is always computed from the whole net and the whole service period, so the days'
//! amounts add up to the net exactly, and a job that was away for a month posts what the month's days come to.

use std::collections::BTreeMap;

use iso_currency::Currency;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::cycle::Period;
use super::invoice::InvoiceLine;
use super::ledger::{Account, Journal, Posting, Source, Stamp};
use crate::error::Refusal;
use crate::ids::InvoiceId;
use crate::money::Money;

/// How the revenue of one invoice or credit note becomes earned. Kept apart from the invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recognition {
    /// Of which invoice or credit note.
    pub invoice: InvoiceId,
    /// What its amounts are in.
    pub currency: Currency,
    /// What was deferred, a part for each service period; negative on a credit note.
    pub parts: Vec<Deferred>,
    /// All days before this one are recognised.
    pub until: Date,
    /// What is recognised so far.
    pub recognised: Money,
    /// Whether nothing more will be: the invoice was voided, and what was left was taken back.
    pub cancelled: bool,
}

/// What was charged for the days of one period, by all lines of it together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deferred {
    /// The days.
    pub service: Period,
    /// Their price without taxes.
    pub net: Money,
}

/// What of `net` has been earned by the start of `until`, by the days of the service period before it. Grows from
/// nothing to the whole net; each day's amount is its difference to the day before, and no two differ by more than a
/// minor unit.
pub fn earned(net: Money, service: Period, until: Date) -> Money {
    let days = |to: Date| u64::try_from(Period { from: service.from, to }.days()).unwrap_or_default();
    let (all, served) = (days(service.to), days(until.min(service.to)));
    match net.split(&[served, all - served]).first() {
        Some(earned) if all > 0 => *earned,
        _ => net,
    }
}

impl Recognition {
    /// What the lines of a document issued on `issued_on` defer: the net of every line whose service goes on after
    /// that day. What was served by then, or has no days, is earned at once. None when nothing is deferred.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn of(
        invoice: InvoiceId,
        currency: Currency,
        lines: &[InvoiceLine],
        issued_on: Date,
    ) -> Result<Option<Self>, Refusal> {
        let mut parts: BTreeMap<(Date, Date), Money> = BTreeMap::new();
        for line in lines {
            if let Some(service) = line.service.filter(|service| service.to > issued_on) {
                let part = parts.entry((service.from, service.to)).or_insert(Money::zero(currency));
                *part = part.plus(line.net)?;
            }
        }
        let parts: Vec<Deferred> = parts
            .into_iter()
            .filter(|(_, net)| !net.is_zero())
            .map(|((from, to), net)| Deferred { service: Period { from, to }, net })
            .collect();
        let Some(first) = parts.iter().map(|part| part.service.from).min() else {
            return Ok(None);
        };
        let recognised = Money::zero(currency);
        Ok(Some(Self { invoice, currency, parts, until: first, recognised, cancelled: false }))
    }

    /// The same, taken back: what a credit note defers.
    #[must_use]
    pub fn negated(mut self) -> Self {
        for part in &mut self.parts {
            part.net = part.net.negated();
        }
        self.recognised = self.recognised.negated();
        self
    }

    /// All that was deferred.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn deferred(&self) -> Result<Money, Refusal> {
        Ok(Money::sum(self.currency, self.parts.iter().map(|part| part.net))?)
    }

    /// What is still deferred.
    ///
    /// # Errors
    /// As [`Recognition::deferred`].
    pub fn left(&self) -> Result<Money, Refusal> {
        if self.cancelled {
            return Ok(Money::zero(self.currency));
        }
        Ok(self.deferred()?.minus(self.recognised)?)
    }

    /// The first day whose end makes something to recognise; none when all is done.
    pub fn next_on(&self) -> Option<Date> {
        if self.cancelled {
            return None;
        }
        let goes_on = self.parts.iter().filter(|part| part.service.to > self.until);
        goes_on.map(|part| part.service.from.max(self.until)).min()
    }

    /// Recognises all days before `until`, which is at most the day after today: a day is earned when it is served.
    /// Days that were recognised before are not again, so it may be asked twice.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for amounts that do not add up.
    pub fn recognise(mut self, until: Date, stamp: Stamp) -> Result<(Self, Option<Posting>), Refusal> {
        if self.cancelled || until <= self.until {
            return Ok((self, None));
        }
        let earned = self.parts.iter().map(|part| earned(part.net, part.service, until));
        let earned = Money::sum(self.currency, earned)?;
        let now = earned.minus(self.recognised)?;
        let posting = Journal::new(self.currency)
            .debit(Account::DeferredRevenue {}, now)?
            .credit(Account::Revenue {}, now)?
            .post(stamp, Source::Recognition { invoice: self.invoice, until })?;
        self.until = until;
        self.recognised = earned;
        Ok((self, posting))
    }
}
