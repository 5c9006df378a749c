//! From what was agreed to the money on the account: the settings, contracts, invoices, payments, dunning and the ledger.

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    vec![]
}

/// Every job of this area.
pub fn jobs() -> Vec<runtime::JobHandler> {
    vec![]
}

/// Every reaction of this area.
pub fn reactions() -> Vec<runtime::ReactionHandler> {
    vec![]
}
