//! Change a budget; with other amounts, what is reached is told again.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::change::route())
}
