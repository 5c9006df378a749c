//! Read what a client's IT team looks at: spending, budgets, use, anomalies of costs and of access, findings, renewals.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::get_dashboard::route())
}
