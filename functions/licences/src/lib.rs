//! Software and licences: what clients are licensed for, who holds seats, what is used, what renews.

mod calendars;
mod licensed;
mod reported;

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod add;
    pub mod add_product;
    pub mod assign_seat;
    pub mod change;
    pub mod change_product;
    pub mod get;
    pub mod get_calendar;
    pub mod get_calendar_link;
    pub mod get_product;
    pub mod import_seats;
    pub mod list;
    pub mod list_contact_seats;
    pub mod list_products;
    pub mod list_renewals;
    pub mod list_seats;
    pub mod record_use;
    pub mod release_seat;
}

/// What a schedule starts.
pub mod jobs {
    pub mod notify_renewals;
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
    ]
}

/// Every job of this area.
pub fn jobs() -> Vec<runtime::JobHandler> {
    vec![jobs::notify_renewals::job()]
}
