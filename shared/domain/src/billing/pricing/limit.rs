//! What a period costs at least and at most.

use super::Price;
use crate::billing::proration::Share;
use crate::error::Refusal;
use crate::money::Money;

/// What minimum and maximum change; at most one of the two is more than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    /// The true-up: what lacks to the minimum. A line of its own on the invoice.
    pub true_up: Money,
    /// What lies above the maximum and is not billed.
    pub above: Money,
}

impl Price {
    /// What minimum and maximum make of a period's amount. `net` is all of the period after discounts, so this is to be
    /// asked once, when the period is over. Of a period that the contract has only a `share` of, minimum and maximum
    /// count for as much (Lago, "Spending minimums"); [`Share::WHOLE`] leaves them as they are.
    ///
    /// `net + true_up - above` is within the rounded minimum and maximum.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] when an amount is more than can be computed.
    pub fn limit(&self, net: Money, share: Share) -> Result<Limited, Refusal> {
        let currency = net.currency();
        let nothing = Money::zero(currency);
        let least = self.minimum.map(|minimum| share.of_amount(minimum, currency)).transpose()?.unwrap_or(net);
        let most = self.maximum.map(|maximum| share.of_amount(maximum, currency)).transpose()?.unwrap_or(net);
        let lacks = least.minus(net)?;
        let above = net.minus(most)?;
        Ok(Limited {
            true_up: if lacks.is_negative() { nothing } else { lacks },
            above: if above.is_negative() { nothing } else { above },
        })
    }
}
