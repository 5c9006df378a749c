//! Get a link to an invoice or a credit note as PDF, JSON or CSV; a PDF that is still being made says so.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_document::route())
}
