//! The MSP's clients and the people there.

pub mod routes;

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    routes::all()
}
