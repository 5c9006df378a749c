//! Give money of a payment back, by the provider that took it or by hand: from the client's credit, or from an invoice, which then is open again; or only take it off an invoice, for the client's credit.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::refund_payment::route())
}
