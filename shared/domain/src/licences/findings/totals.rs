//! Sums of findings, by currency: never two currencies in one number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::finding::{Finding, State};
use crate::money::Money;

/// Sums in one currency, in its minor units, of a year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amounts {
    /// What could be saved, and is not decided.
    pub open: i64,
    /// What is to be done, or done and not measured yet.
    pub accepted: i64,
    /// What came true.
    pub realised: i64,
    /// What putting right costs: missing seats, and use without one.
    pub exposure: i64,
}

/// Sums of a client's findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// By currency (ISO 4217).
    pub amounts: BTreeMap<String, Amounts>,
    /// How many are open.
    pub open: i64,
    /// How many are accepted.
    pub accepted: i64,
}

impl Totals {
    /// Of one finding.
    pub fn of(finding: &Finding) -> Self {
        let mut totals = Self::default();
        let mut add = |money: Option<Money>, to: fn(&mut Amounts) -> &mut i64| {
            let some = money.filter(|money| !money.is_zero());
            if let Some(money) = some {
                *to(totals.amounts.entry(money.currency().code().to_owned()).or_default()) += money.minor();
            }
        };
        add(finding.came_true, |amounts| &mut amounts.realised);
        match finding.state {
            State::Open {} => add(finding.counted, |amounts| &mut amounts.open),
            State::Accepted { .. } => add(finding.counted, |amounts| &mut amounts.accepted),
            State::Dismissed { .. } | State::Snoozed { .. } | State::Gone { .. } | State::Realised { .. } => {}
        }
        if finding.state.is_live() {
            add(finding.worth.costs(), |amounts| &mut amounts.exposure);
        }
        totals.open = i64::from(finding.state == State::Open {});
        totals.accepted = i64::from(matches!(finding.state, State::Accepted { .. }));
        totals
    }

    /// With so many times another's sums: 1 adds them, -1 takes them off.
    #[must_use]
    pub fn and(mut self, other: &Self, times: i64) -> Self {
        for (currency, by) in &other.amounts {
            let amounts = self.amounts.entry(currency.clone()).or_default();
            amounts.open += times * by.open;
            amounts.accepted += times * by.accepted;
            amounts.realised += times * by.realised;
            amounts.exposure += times * by.exposure;
        }
        self.amounts.retain(|_, amounts| *amounts != Amounts::default());
        self.open += times * other.open;
        self.accepted += times * other.accepted;
        self
    }
}
