//! The list that the generators walk. A constant that is not here does not exist: the tests compare it with the functions.

use crate::job::{Job, Plumbing, Reaction};
use crate::route::Operation;

/// Everything that Steward offers.
pub struct Catalog {
    /// Routes, in the order of the docs.
    pub routes: Vec<Operation>,
    /// Jobs.
    pub jobs: Vec<Job>,
    /// Reactions.
    pub reactions: Vec<Reaction>,
    /// The functions between the services.
    pub plumbing: Vec<Plumbing>,
}

/// Everything that Steward offers.
pub fn catalog() -> Catalog {
    let mut routes = Vec::new();
    macro_rules! routes {
        ($($area:ident: $($route:ident),+;)+) => { $($(routes.push(crate::$area::$route.operation());)+)+ };
    }
    routes! {
        tenants: SIGN_UP, GET, CHANGE;
        sessions: SIGN_IN, REFRESH, SIGN_OUT, GET_ME;
        users: INVITE, ACCEPT, LIST, GET, CHANGE, DEACTIVATE;
        clients: ADD, LIST, GET, CHANGE, ADD_CONTACT, LIST_CONTACTS, GET_CONTACT, CHANGE_CONTACT;
        tickets: OPEN, LIST, GET, CHANGE, REPLY, NOTE, ASSIGN, TAKE, SET_STATUS, LIST_TIMELINE;
        departments: ADD, LIST, GET, CHANGE;
        calendars: ADD, LIST, GET, CHANGE;
        policies: ADD, LIST, GET, CHANGE;
        preview: PREVIEW;
        audit: LIST;
        work: LOG, LIST_OF_TICKET, LIST, GET, CHANGE, WRITE_OFF;
        rates: GET, CHANGE;
        blocks: ADD, LIST;
        payments: RECORD, LIST, GET, REFUND, GET_CREDIT, ALLOCATE_CREDIT;
        charging: ADD_METHOD, LIST_METHODS, REMOVE_METHOD, CHARGE, GET_CHARGING, GET_PAY_LINK, SHOW_PAY_PAGE, HEAR;
        dunning: GET, PAUSE, RESUME;
        ledger: LIST_POSTINGS, GET_CHECK, ASK_CHECK;
        billing: GET_SETTINGS, CHANGE_SETTINGS, GET_CLIENT, CHANGE_CLIENT;
        contracts: ADD, LIST, GET, CHANGE, SIGN;
        amendments: AMEND, LIST, GIVE_NOTICE, END, LIST_RENEWALS;
        simulation: SIMULATE;
        metering: RECORD_USAGE, RECORD_COUNT, ADD_CHARGE, LIST_CHARGES, WITHDRAW_CHARGE;
        bills: PREVIEW, APPROVE, LIST_PARKED;
        approvals: ISSUE, APPROVE;
        invoices: LIST, GET, LIST_LINES, ISSUE, VOID, WRITE_OFF;
        manual: ADD, CREDIT;
        prices: GET, CHANGE;
        reports: RECEIVABLES, DELAYS, RECURRING, REVENUE, DEFERRED, FORECAST, REVISIONS, MARGINS;
        documents: GET_SETTINGS, CHANGE_SETTINGS, GET, SEND;
        exports: INVOICES, LEDGER;
        products: ADD, LIST, GET, CHANGE;
        licences: ADD, LIST, GET, CHANGE;
        seats: ASSIGN, RELEASE, LIST, LIST_OF_CONTACT, IMPORT;
        usage: RECORD;
        renewals: LIST, GET_LINK, GET_CALENDAR;
        findings: LIST, DECIDE, GET_TRUE_UP, GET_SAVINGS;
        utilisation: LIST, GET;
        licence_audits: ADD, LIST, GET;
        licence_files: ADD, GET, REMOVE;
        imports: ADD, LIST, GET, READ;
        cost_series: LIST, GET, CHANGE;
        insights: LIST_ANOMALIES, GET_ANOMALY, JUDGE_ANOMALY, ADD_KNOWN_EVENT, LIST_KNOWN_EVENTS, WITHDRAW_KNOWN_EVENT,
            GET_SETTINGS, CHANGE_SETTINGS;
        access_anomalies: LIST, JUDGE;
        budgets: ADD, LIST, GET, CHANGE, CLOSE, GET_CHARGEBACK, CHANGE_CHARGEBACK;
        spending: GET, EXPORT, DASHBOARD, OVERVIEW;
    }
    Catalog {
        routes,
        jobs: vec![
            crate::tickets::SLA_BREACH_SCAN,
            crate::invoices::INVOICE_RUN,
            crate::invoices::RECOGNISE_REVENUE,
            crate::ledger::CHECK,
            crate::charging::RETRY,
            crate::dunning::DUN,
            crate::renewals::NOTIFY,
            crate::findings::REVIEW,
            crate::imports::READ_COSTS,
            crate::insights::DETECTION,
            crate::budgets::REVIEW,
        ],
        reactions: vec![
            crate::tickets::RECOMPUTE_SLA,
            crate::notifications::SEND_MAIL,
            crate::notifications::SEND_INVOICE,
            crate::documents::RENDER,
            crate::contracts::NOTE_SLA,
            crate::metering::COUNT_CONTACTS,
            crate::reports::NOTE_REVENUE,
            crate::reports::TELL_BILLED,
            crate::reports::NOTE_RECURRING,
            crate::reports::NOTE_PAYMENTS,
            crate::charging::PLAN,
            crate::invoices::RELEASE_VOIDED,
            crate::blocks::WATCH_HOURS,
            crate::contracts::OPEN_ACCOUNTS,
            crate::renewals::COUNT,
            crate::findings::MEASURE,
            crate::licence_audits::MAKE,
        ],
        plumbing: vec![crate::sessions::AUTHORIZE, crate::platform::PUBLISH_EVENTS],
    }
}
