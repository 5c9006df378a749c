//! Read a contact.

fn main() -> runtime::Exit {
    runtime::serve(clients::routes::get_contact::route())
}
