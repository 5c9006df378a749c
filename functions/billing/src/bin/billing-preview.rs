//! Show what the invoice run would bill, and what differs from the last time: for a contract, a client, or everybody; writes nothing.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::preview::route())
}
