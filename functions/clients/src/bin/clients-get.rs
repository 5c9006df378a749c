//! Read a client.

fn main() -> runtime::Exit {
    runtime::serve(clients::routes::get::route())
}
