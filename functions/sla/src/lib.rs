//! What is promised: calendars, policies, and what they come to.

mod ladder;

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod add_calendar;
    pub mod add_policy;
    pub mod change_calendar;
    pub mod change_policy;
    pub mod get_calendar;
    pub mod get_policy;
    pub mod list_calendars;
    pub mod list_policies;
    pub mod preview;
}

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    use routes::*;
    vec![
        add_calendar::route(),
        list_calendars::route(),
        get_calendar::route(),
        change_calendar::route(),
        add_policy::route(),
        list_policies::route(),
        get_policy::route(),
        change_policy::route(),
        preview::route(),
    ]
}
