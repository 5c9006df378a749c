//! Write an invoice by hand; it stays a draft until it is issued.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::add_invoice::route())
}
