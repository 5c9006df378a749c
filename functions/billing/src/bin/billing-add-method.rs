//! Save a way to pay that the client gave to the payment provider; invoices that wait for one are charged.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::add_method::route())
}
