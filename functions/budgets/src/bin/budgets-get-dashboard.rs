//! Read what a client's IT team looks at: spending, budgets, use, anomalies, findings, renewals.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::get_dashboard::route())
}
