//! List the clients, by name; a client's side sees its own only.

fn main() -> runtime::Exit {
    runtime::serve(clients::routes::list::route())
}
