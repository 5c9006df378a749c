//! Make a report of a client's licences as of today: a PDF, a workbook, and JSON.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::add_audit::route())
}
