//! Looks over the budgets of every client that has any, each night, and warns once of each threshold that is reached.

fn main() -> runtime::Exit {
    runtime::serve_job(budgets::jobs::review::job())
}
