//! How late clients pay.

use std::ops::AddAssign;

use iso_currency::Currency;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::receivables::{DAY_PLACES, days_late};
use crate::billing::invoice::Invoice;
use crate::billing::payments::Payment;
use crate::ids::InvoiceId;
use crate::money::Money;

/// What was paid, and how many days after it was due, as sums that can be added up in any order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paid {
    /// Minor units that were paid.
    pub amount: i64,
    /// Minor units times days after they were due; negative where it was paid before.
    pub amount_days: i64,
    /// How many times something was paid on an invoice.
    pub times: i64,
    /// How many of these came after the invoice was due.
    pub late: i64,
}

impl AddAssign for Paid {
    fn add_assign(&mut self, other: Self) {
        self.amount += other.amount;
        self.amount_days += other.amount_days;
        self.times += other.times;
        self.late += other.late;
    }
}

/// What a payment paid on its invoices, with its delay. `invoices` are those that it paid; one that is not among them
/// has no due date that is known, and does not count.
pub fn paid(payment: &Payment, invoices: &[Invoice]) -> Paid {
    let mut sum = Paid::default();
    for allocation in &payment.allocations {
        let due_on = |id: InvoiceId| invoices.iter().find(|invoice| invoice.id == id)?.due_on;
        let Some(due_on) = due_on(allocation.invoice) else { continue };
        let days = days_late(due_on, payment.received_on);
        let amount = allocation.amount.minor();
        sum += Paid { amount, amount_days: amount.saturating_mul(days), times: 1, late: i64::from(days > 0) };
    }
    sum
}

impl Paid {
    /// The mean days after the due date, each minor unit counting the same, to a tenth of a day; none where nothing was
    /// paid.
    pub fn days(&self) -> Option<Decimal> {
        let days = Decimal::from(self.amount_days).checked_div(self.amount.into())?;
        Some(days.round_dp_with_strategy(DAY_PLACES, RoundingStrategy::MidpointAwayFromZero))
    }

    /// What was paid.
    pub const fn amount(&self, currency: Currency) -> Money {
        Money::new(self.amount, currency)
    }
}
