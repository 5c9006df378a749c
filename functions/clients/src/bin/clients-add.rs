//! Add a client.

fn main() -> runtime::Exit {
    runtime::serve(clients::routes::add::route())
}
