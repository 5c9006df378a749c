//! Void an invoice that nobody has paid and nobody has credited; it keeps its number.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::void_invoice::route())
}
