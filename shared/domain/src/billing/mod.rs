//! Billing: from what was agreed to what is owed, and from what is owed to what was paid.

pub mod codes;
pub mod dated;
pub mod discounts;
pub mod hours;
pub mod taxes;
pub mod work;
