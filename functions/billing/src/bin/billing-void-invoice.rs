//! Void an invoice that nobody has paid and nobody has credited; it keeps its number, and what it took up is open again.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::void_invoice::route())
}
