//! Tickets, the departments that work on them, and the clocks that run while they do.

pub mod effects;
pub mod plans;

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod add_department;
    pub mod assign;
    pub mod change;
    pub mod change_department;
    pub mod get;
    pub mod get_department;
    pub mod list;
    pub mod list_departments;
    pub mod list_timeline;
    pub mod note;
    pub mod open;
    pub mod reply;
    pub mod set_status;
    pub mod take;
}

/// What a schedule starts.
pub mod jobs {
    pub mod sla_breach_scan;
}

/// What an event starts.
pub mod reactions {
    pub mod recompute_sla;
}

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    use routes::*;
    vec![
        open::route(),
        list::route(),
        get::route(),
        change::route(),
        reply::route(),
        note::route(),
        assign::route(),
        take::route(),
        set_status::route(),
        list_timeline::route(),
        add_department::route(),
        list_departments::route(),
        get_department::route(),
        change_department::route(),
    ]
}

/// Every job of this area.
pub fn jobs() -> Vec<runtime::JobHandler> {
    vec![jobs::sla_breach_scan::job()]
}

/// Every reaction of this area.
pub fn reactions() -> Vec<runtime::ReactionHandler> {
    vec![reactions::recompute_sla::reaction()]
}
