//! Open a ticket; a client's user opens it for the own client.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::open::route())
}
