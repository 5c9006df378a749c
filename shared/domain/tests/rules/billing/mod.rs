//! Money: what is billed, for how much, and how it is paid.

mod bill;
mod bill_properties;
mod blocks;
mod bounds;
mod checker;
mod contracts;
mod cycle;
mod discounts;
mod documents;
mod dunning;
mod exports;
mod hours;
mod ledger;
mod messages;
mod numbers;
mod prepaid;
mod pricing;
mod pricing_unit_by_unit;
mod proration;
mod rates_fixed;
mod reported;
mod reports;
mod reports_properties;
mod retry;
mod taxes;
mod work;
