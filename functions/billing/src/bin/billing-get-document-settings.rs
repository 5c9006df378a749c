//! Read how documents are made: the letterhead, the accounting program's names, and delivery.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_document_settings::route())
}
