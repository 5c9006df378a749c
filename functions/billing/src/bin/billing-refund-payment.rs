//! Note that money of a payment went back: from the client's credit, or from an invoice, which then is open again.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::refund_payment::route())
}
