//! Change a contact.

fn main() -> runtime::Exit {
    runtime::serve(clients::routes::change_contact::route())
}
