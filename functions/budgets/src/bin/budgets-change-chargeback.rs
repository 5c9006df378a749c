//! Change which department carries what: licences by seats, by use or by agreed parts, and what no department is known of.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::change_chargeback::route())
}
