//! Read a budget with what is spent of it and where that leads, with the range in which eight of ten will lie.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::get::route())
}
