//! Read what the last check of the books found.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_ledger_check::route())
}
