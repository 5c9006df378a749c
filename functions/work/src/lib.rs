//! Time and materials: what was worked on tickets, what an hour costs, and prepaid hours.

mod tickets;

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod add_block;
    pub mod change_rates;
    pub mod change_time;
    pub mod get_rates;
    pub mod get_time;
    pub mod list_blocks;
    pub mod list_ticket_time;
    pub mod list_time;
    pub mod log_time;
    pub mod write_off_time;
}

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    use routes::*;
    vec![
        log_time::route(),
        list_ticket_time::route(),
        list_time::route(),
        get_time::route(),
        change_time::route(),
        write_off_time::route(),
        get_rates::route(),
        change_rates::route(),
        add_block::route(),
        list_blocks::route(),
    ]
}
