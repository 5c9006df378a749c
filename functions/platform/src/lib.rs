//! What carries things between the services.

/// What stands between the services.
pub mod plumbing {
    pub mod publish_events;
}

/// Every function behind the main table's stream.
pub fn streams() -> Vec<runtime::StreamHandler> {
    vec![plumbing::publish_events::plumbing()]
}
