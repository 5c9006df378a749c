//! Read which department carries what of a client's costs.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::get_chargeback::route())
}
