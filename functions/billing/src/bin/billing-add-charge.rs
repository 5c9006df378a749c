//! Charge something once, with the client's next invoice.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::add_charge::route())
}
