//! List the contracts in force, newest first, that have lines below the price list or below their cost.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::report_revisions::route())
}
