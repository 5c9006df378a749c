//! Get the address of one's calendar of renewals, for programs; it is a secret, and ends with one's access.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::get_calendar_link::route())
}
