//! Files that told of days, and where a budget for 2026 leads by them.

use std::collections::BTreeMap;

use domain::billing::reports::Month;
use domain::budgets::{Alerts, Budget, Cost, Costs, DailySums, Scope, Told, by_months, outlook, spent_as_told};
use domain::ids::ImportId;
use domain::insights::costs::{DayCost, Days};
use domain::insights::covered::Covered;
use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use uuid::Uuid;

use super::budgets::budget_of_2026;
use super::contracts::eur;
use super::the_client;

pub fn budget() -> Budget {
    budget_of_2026(&the_client(), Scope::Client {}, 1_000_00, Alerts::default())
}

/// The days from one to another.
pub fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    from.series(1.day()).take_while(move |day| *day <= to)
}

/// A source whose files told of these days, each at so much.
#[derive(Default)]
pub struct Files {
    pub costs: Costs,
    pub told: BTreeMap<String, Told>,
}

impl Files {
    pub fn of(mut self, source: &str, from: Date, to: Date, cost: impl Fn(Date) -> i64) -> Self {
        let covered = Covered::default().with(ImportId::from_uuid(Uuid::nil()), from, to).0;
        let costly: Days = days(from, to).filter(|on| cost(*on) != 0).map(|on| (on, DayCost::of(1))).collect();
        let mut months: BTreeMap<Month, i64> = BTreeMap::new();
        for on in days(from, to) {
            *months.entry(Month::of(on)).or_default() += cost(on);
        }
        self.told.insert(source.into(), Told::of(covered, &costly, to).expect("days that have come"));
        let mut by_day: BTreeMap<Month, BTreeMap<Date, i64>> = BTreeMap::new();
        // As they are stored: what comes to nothing is not.
        for on in days(from, to).filter(|on| cost(*on) != 0) {
            by_day.entry(Month::of(on)).or_default().insert(on, cost(on));
        }
        self.costs.by_day.push(DailySums { source: source.into(), currency: Currency::EUR, months: by_day });
        self.costs.all.extend(months.into_iter().filter(|(_, minor)| *minor != 0).map(|(month, minor)| Cost {
            month,
            source: source.into(),
            product: None,
            unit: None,
            centre: None,
            amount: eur(minor),
        }));
        self
    }

    /// With fees for whole months, known on their first day.
    pub fn and_fees(mut self, source: &str, fees: &[(Date, i64)]) -> Self {
        let fees = fees.iter().map(|(on, minor)| Cost {
            month: Month::of(*on),
            source: source.into(),
            product: None,
            unit: None,
            centre: None,
            amount: eur(*minor),
        });
        self.costs.of_periods.extend(fees);
        self.costs.all.extend(self.costs.of_periods.iter().cloned());
        self
    }

    /// Low, expected, high and what is spent; none without a forecast.
    pub fn lead(&self, today: Date) -> Option<[i64; 4]> {
        self.lead_in(Scope::Client {}, today)
    }

    pub fn lead_in(&self, scope: Scope, today: Date) -> Option<[i64; 4]> {
        let own = Budget { scope, ..budget() };
        let spent = spent_as_told(&self.costs, &own, &BTreeMap::new(), &self.told, today).unwrap();
        let stands = outlook(&own, &spent, today).unwrap();
        let by = by_months(&own, &spent, today).unwrap();
        let forecast = stands.forecast?;
        let sum: i64 = by.iter().map(|month| month.expected.unwrap().minor()).sum();
        assert_eq!(sum, forecast.expected.minor(), "the months add up to the forecast");
        assert!(forecast.low.minor() >= stands.certain.minor(), "{stands:?}");
        assert!(forecast.low.minor() <= sum && sum <= forecast.high.minor(), "{stands:?}");
        Some([forecast.low.minor(), sum, forecast.high.minor(), stands.spent.minor()])
    }
}

/// What the year comes to at these daily costs, from a day on.
pub fn truth(from: Date, cost: impl Fn(Date) -> i64) -> i64 {
    days(from, date(2026, 12, 31)).map(cost).sum()
}
