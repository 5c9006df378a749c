//! Save a way to pay that the client gave to the payment provider; what is open is charged to it, if the client agreed.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::add_method::route())
}
