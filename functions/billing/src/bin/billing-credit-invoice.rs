//! Take back what an invoice charged, by lines or as an amount: a credit note with a number of its own.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::credit_invoice::route())
}
