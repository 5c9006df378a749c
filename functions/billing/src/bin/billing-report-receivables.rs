//! Show who owes how much and by how long it is due, and how many days of sales that is.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::report_receivables::route())
}
