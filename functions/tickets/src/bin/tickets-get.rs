//! Read a ticket with its clocks.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::get::route())
}
