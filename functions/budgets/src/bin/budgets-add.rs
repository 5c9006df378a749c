//! Add a budget for a client, a department or a cost centre, an amount for each month.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::add::route())
}
