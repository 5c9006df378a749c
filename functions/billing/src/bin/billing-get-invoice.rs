//! Read an invoice or a credit note, without its lines.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_invoice::route())
}
