//! List all clients with what they spend this month, what could be saved, open anomalies and budgets that are over.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::list_overview::route())
}
