//! Write off what is left to pay of an invoice.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::write_off_invoice::route())
}
