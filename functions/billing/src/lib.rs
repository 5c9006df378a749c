//! From what was agreed to the money on the account: the settings, contracts, invoices, payments, dunning and the ledger.

mod agreed;
mod facts;

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod add_charge;
    pub mod add_contract;
    pub mod amend_contract;
    pub mod change_client;
    pub mod change_contract;
    pub mod change_settings;
    pub mod end_contract;
    pub mod get_client;
    pub mod get_contract;
    pub mod get_settings;
    pub mod give_notice;
    pub mod list_amendments;
    pub mod list_charges;
    pub mod list_contracts;
    pub mod list_renewals;
    pub mod record_count;
    pub mod record_usage;
    pub mod sign_contract;
    pub mod simulate;
    pub mod withdraw_charge;
}

/// What an event starts.
pub mod reactions {
    pub mod count_contacts;
    pub mod note_sla;
}

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    use routes::*;
    vec![
        get_settings::route(),
        change_settings::route(),
        get_client::route(),
        change_client::route(),
        add_contract::route(),
        list_contracts::route(),
        get_contract::route(),
        change_contract::route(),
        sign_contract::route(),
        amend_contract::route(),
        list_amendments::route(),
        give_notice::route(),
        end_contract::route(),
        simulate::route(),
        list_renewals::route(),
        record_usage::route(),
        record_count::route(),
        add_charge::route(),
        list_charges::route(),
        withdraw_charge::route(),
    ]
}

/// Every job of this area.
pub fn jobs() -> Vec<runtime::JobHandler> {
    vec![]
}

/// Every reaction of this area.
pub fn reactions() -> Vec<runtime::ReactionHandler> {
    vec![reactions::note_sla::reaction(), reactions::count_contacts::reaction()]
}
