//! Export the general ledger of some days as CSV, in files of some 1,000 postings.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::export_ledger::route())
}
