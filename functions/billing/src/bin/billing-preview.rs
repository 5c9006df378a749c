//! Show what the invoice run would bill for a contract or a client, and what differs from the last time; writes nothing.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::preview::route())
}
