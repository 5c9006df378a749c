//! Software and licences: what clients are licensed for, who holds seats, what is used, what renews.

mod calendars;
mod facts;
mod licensed;
mod reported;
mod sign_ins;
mod told;
mod used;

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod add;
    pub mod add_audit;
    pub mod add_file;
    pub mod add_product;
    pub mod assign_seat;
    pub mod change;
    pub mod change_product;
    pub mod decide_finding;
    pub mod get;
    pub mod get_audit;
    pub mod get_calendar;
    pub mod get_calendar_link;
    pub mod get_file;
    pub mod get_product;
    pub mod get_savings;
    pub mod get_true_up;
    pub mod get_utilisation;
    pub mod import_seats;
    pub mod list;
    pub mod list_audits;
    pub mod list_contact_seats;
    pub mod list_findings;
    pub mod list_products;
    pub mod list_renewals;
    pub mod list_seats;
    pub mod list_utilisation;
    pub mod record_use;
    pub mod release_seat;
    pub mod remove_file;
}

/// What a schedule starts.
pub mod jobs {
    pub mod notify_renewals;
    pub mod review;
}

/// What an event starts.
pub mod reactions {
    pub mod make_audit;
    pub mod measure_savings;
}

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    use routes::*;
    vec![
        add_product::route(),
        list_products::route(),
        get_product::route(),
        change_product::route(),
        add::route(),
        list::route(),
        get::route(),
        change::route(),
        assign_seat::route(),
        release_seat::route(),
        list_seats::route(),
        list_contact_seats::route(),
        import_seats::route(),
        record_use::route(),
        list_renewals::route(),
        get_calendar_link::route(),
        get_calendar::route(),
        list_findings::route(),
        decide_finding::route(),
        get_true_up::route(),
        get_savings::route(),
        list_utilisation::route(),
        get_utilisation::route(),
        add_audit::route(),
        list_audits::route(),
        get_audit::route(),
        add_file::route(),
        get_file::route(),
        remove_file::route(),
    ]
}

/// Every job of this area.
pub fn jobs() -> Vec<runtime::JobHandler> {
    vec![jobs::notify_renewals::job(), jobs::review::job()]
}

/// Every reaction of this area.
pub fn reactions() -> Vec<runtime::ReactionHandler> {
    vec![reactions::measure_savings::reaction(), reactions::make_audit::reaction()]
}
