//! Time and materials: what was worked on tickets, what an hour costs, and prepaid hours.

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    vec![]
}
