//! Add a budget for a client or one of its departments, an amount for each month.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::add::route())
}
