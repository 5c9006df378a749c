//! List a client's budgets, those that are closed among them.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::list::route())
}
