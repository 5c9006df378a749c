//! From what was agreed to the money on the account: the settings, contracts, invoices, payments, dunning and the ledger.

mod accounts;
mod agreed;
mod asked;
mod booked;
mod counting;
mod crediting;
mod due;
mod dunning;
mod exporting;
mod facts;
mod house;
mod included;
mod invoicing;
mod issued;
mod paid;
mod paying;
mod preview;
mod refunding;
mod releasing;
mod reports;
mod sharing;
mod teller;
mod went_back;

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod add_charge;
    pub mod add_contract;
    pub mod add_invoice;
    pub mod add_method;
    pub mod allocate_credit;
    pub mod amend_contract;
    pub mod approve_contract;
    pub mod approve_contracts;
    pub mod ask_ledger_check;
    pub mod change_client;
    pub mod change_contract;
    pub mod change_document_settings;
    pub mod change_prices;
    pub mod change_settings;
    pub mod charge_invoice;
    pub mod credit_invoice;
    pub mod end_contract;
    pub mod export_invoices;
    pub mod export_ledger;
    pub mod get_charging;
    pub mod get_client;
    pub mod get_contract;
    pub mod get_credit;
    pub mod get_document;
    pub mod get_document_settings;
    pub mod get_dunning;
    pub mod get_invoice;
    pub mod get_ledger_check;
    pub mod get_pay_link;
    pub mod get_payment;
    pub mod get_prices;
    pub mod get_settings;
    pub mod give_notice;
    pub mod hear_provider;
    pub mod issue_drafts;
    pub mod issue_invoice;
    pub mod list_amendments;
    pub mod list_charges;
    pub mod list_contracts;
    pub mod list_invoice_lines;
    pub mod list_invoices;
    pub mod list_methods;
    pub mod list_parked;
    pub mod list_payments;
    pub mod list_postings;
    pub mod list_renewals;
    pub mod pause_dunning;
    pub mod preview;
    pub mod record_count;
    pub mod record_payment;
    pub mod record_usage;
    pub mod refund_payment;
    pub mod remove_method;
    pub mod report_deferred;
    pub mod report_delays;
    pub mod report_forecast;
    pub mod report_margins;
    pub mod report_receivables;
    pub mod report_recurring;
    pub mod report_revenue;
    pub mod report_revisions;
    pub mod resume_dunning;
    pub mod send_invoice;
    pub mod show_pay_page;
    pub mod sign_contract;
    pub mod simulate;
    pub mod void_invoice;
    pub mod withdraw_charge;
    pub mod write_off_invoice;
}

/// What a schedule starts.
pub mod jobs {
    pub mod check_ledger;
    pub mod dunning;
    pub mod invoice_run;
    pub mod payment_retry;
    pub mod recognise_revenue;
}

/// What an event starts.
pub mod reactions {
    pub mod count_contacts;
    pub mod count_licences;
    pub mod note_payments;
    pub mod note_recurring;
    pub mod note_revenue;
    pub mod note_sla;
    pub mod open_accounts;
    pub mod plan_charging;
    pub mod release_voided;
    pub mod tell_billed;
    pub mod watch_hours;
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
        preview::route(),
        approve_contract::route(),
        list_parked::route(),
        issue_drafts::route(),
        approve_contracts::route(),
        list_invoices::route(),
        get_invoice::route(),
        list_invoice_lines::route(),
        issue_invoice::route(),
        void_invoice::route(),
        write_off_invoice::route(),
        add_invoice::route(),
        credit_invoice::route(),
        record_payment::route(),
        list_payments::route(),
        get_payment::route(),
        refund_payment::route(),
        get_credit::route(),
        allocate_credit::route(),
        add_method::route(),
        list_methods::route(),
        remove_method::route(),
        charge_invoice::route(),
        get_charging::route(),
        get_pay_link::route(),
        show_pay_page::route(),
        hear_provider::route(),
        get_dunning::route(),
        pause_dunning::route(),
        resume_dunning::route(),
        list_postings::route(),
        get_ledger_check::route(),
        ask_ledger_check::route(),
        get_prices::route(),
        change_prices::route(),
        report_receivables::route(),
        report_delays::route(),
        report_recurring::route(),
        report_revenue::route(),
        report_deferred::route(),
        report_forecast::route(),
        report_revisions::route(),
        report_margins::route(),
        get_document_settings::route(),
        change_document_settings::route(),
        get_document::route(),
        send_invoice::route(),
        export_invoices::route(),
        export_ledger::route(),
    ]
}

/// Every job of this area.
pub fn jobs() -> Vec<runtime::JobHandler> {
    vec![
        jobs::invoice_run::job(),
        jobs::check_ledger::job(),
        jobs::payment_retry::job(),
        jobs::recognise_revenue::job(),
        jobs::dunning::job(),
    ]
}

/// Every reaction of this area.
pub fn reactions() -> Vec<runtime::ReactionHandler> {
    vec![
        reactions::note_sla::reaction(),
        reactions::open_accounts::reaction(),
        reactions::count_contacts::reaction(),
        reactions::count_licences::reaction(),
        reactions::note_revenue::reaction(),
        reactions::tell_billed::reaction(),
        reactions::note_recurring::reaction(),
        reactions::note_payments::reaction(),
        reactions::plan_charging::reaction(),
        reactions::release_voided::reaction(),
        reactions::watch_hours::reaction(),
    ]
}
