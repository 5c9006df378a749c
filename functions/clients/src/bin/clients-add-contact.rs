//! Add a contact to a client.

fn main() -> runtime::Exit {
    runtime::serve(clients::routes::add_contact::route())
}
