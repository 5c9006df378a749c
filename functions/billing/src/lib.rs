//! From what was agreed to the money on the account: the settings, contracts, invoices, payments, dunning and the ledger.

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod change_client;
    pub mod change_settings;
    pub mod get_client;
    pub mod get_settings;
}

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    use routes::*;
    vec![get_settings::route(), change_settings::route(), get_client::route(), change_client::route()]
}

/// Every job of this area.
pub fn jobs() -> Vec<runtime::JobHandler> {
    vec![]
}

/// Every reaction of this area.
pub fn reactions() -> Vec<runtime::ReactionHandler> {
    vec![]
}
