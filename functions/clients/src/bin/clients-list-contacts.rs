//! List a client's contacts.

fn main() -> runtime::Exit {
    runtime::serve(clients::routes::list_contacts::route())
}
