//! Change how documents are made; each part is replaced as a whole, what is issued already stays as it is.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::change_document_settings::route())
}
