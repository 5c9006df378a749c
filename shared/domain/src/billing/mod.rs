//! Billing: from what was agreed to what is owed, and from what is owed to what was paid.
