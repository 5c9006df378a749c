//! Read what was tried to charge an invoice, and when it is tried next.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_charging::route())
}
