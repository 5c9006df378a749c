//! What carries things between the services, and what was done by whom.

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod list_audit;
}

/// What stands between the services.
pub mod plumbing {
    pub mod publish_events;
}

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    vec![routes::list_audit::route()]
}

/// Every function behind the main table's stream.
pub fn streams() -> Vec<runtime::StreamHandler> {
    vec![plumbing::publish_events::plumbing()]
}
