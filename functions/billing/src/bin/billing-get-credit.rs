//! Read what a client has to its credit, in each currency.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_credit::route())
}
