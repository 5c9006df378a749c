//! The MSP's clients and the people there.

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod add;
    pub mod add_contact;
    pub mod change;
    pub mod change_contact;
    pub mod get;
    pub mod get_contact;
    pub mod list;
    pub mod list_contacts;
}

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    use routes::*;
    vec![
        add::route(),
        list::route(),
        get::route(),
        change::route(),
        add_contact::route(),
        list_contacts::route(),
        get_contact::route(),
        change_contact::route(),
    ]
}
