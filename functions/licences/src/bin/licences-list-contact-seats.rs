//! List the seats that a contact holds, as when they leave.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::list_contact_seats::route())
}
