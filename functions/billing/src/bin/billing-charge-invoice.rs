//! Charge what is left to pay of an invoice to a saved way to pay, now.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::charge_invoice::route())
}
