//! Billing: from what was agreed to what is owed, and from what is owed to what was paid.

pub mod bill;
pub mod checker;
pub mod codes;
pub mod contract;
pub mod credit;
pub mod cycle;
pub mod dated;
pub mod discounts;
pub mod hours;
pub mod invoice;
pub mod issue;
pub mod ledger;
pub mod lines;
pub mod number;
pub mod payments;
pub mod pricing;
pub mod proration;
pub mod recognition;
pub mod refunds;
pub mod simulate;
pub mod state;
pub mod taxes;
pub mod terms;
pub mod webhooks;
pub mod work;
mod spread;
