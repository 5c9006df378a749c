//! Read a payment.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_payment::route())
}
