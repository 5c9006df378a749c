//! Budgets, departments, cost centres, who carries how much, and chance.

use std::collections::BTreeSet;

use domain::billing::reports::Month;
use domain::budgets::{Alerts, Budget, NewBudget, Scope, Weighted, add};
use domain::clients::Client;
use domain::cost_centres::CostCode;
use domain::ids::{BudgetId, UnitId};
use jiff::Timestamp;
use jiff::civil::date;

use super::contracts::eur;
use super::uuid;

pub fn unit(n: u128) -> UnitId {
    UnitId::from_uuid(uuid(n))
}

pub fn code(text: &str) -> CostCode {
    text.parse().expect("a code")
}

pub fn weights(of: &[(u128, u64)]) -> Vec<Weighted> {
    of.iter().map(|(n, weight)| Weighted { unit: Some(unit(*n)), weight: *weight }).collect()
}

/// A budget of the client for 2026, with so many cents in each month.
pub fn budget_of_2026(client: &Client, scope: Scope, monthly: i64, alerts: Alerts) -> Budget {
    let new = NewBudget {
        client: client.id,
        name: "IT 2026".into(),
        scope,
        sources: BTreeSet::new(),
        from: Month::of(date(2026, 1, 1)),
        months: vec![eur(monthly); 12],
        alerts,
    };
    add(BudgetId::from_uuid(uuid(0)), new, client, Timestamp::UNIX_EPOCH).expect("a budget")
}

/// Numbers that look like chance and are not: the same for a seed.
pub struct Noise(pub u64);

impl Noise {
    /// Of a seed: those of neighbours have nothing in common.
    pub fn of(seed: u64) -> Self {
        let mut noise = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        noise.normal();
        noise
    }

    /// From 0 to 1.
    pub fn even(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Of mean 0 and spread 1: twelve even ones.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.even()).sum::<f64>() - 6.0
    }
}
