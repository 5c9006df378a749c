//! What clients spend on their IT: budgets and where they lead, chargeback, spending, and the views of the IT team and the MSP.

mod costs;
mod spending;
mod standing;

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod add;
    pub mod change;
    pub mod change_chargeback;
    pub mod close;
    pub mod export_spending;
    pub mod get;
    pub mod get_chargeback;
    pub mod get_dashboard;
    pub mod get_spending;
    pub mod list;
    pub mod list_overview;
}

/// What a schedule starts.
pub mod jobs {
    pub mod review;
}

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    use routes::*;
    vec![
        add::route(),
        list::route(),
        get::route(),
        change::route(),
        close::route(),
        get_chargeback::route(),
        change_chargeback::route(),
        get_spending::route(),
        export_spending::route(),
        get_dashboard::route(),
        list_overview::route(),
    ]
}

/// Every job of this area.
pub fn jobs() -> Vec<runtime::JobHandler> {
    vec![jobs::review::job()]
}
