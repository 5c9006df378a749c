//! Read a calendar of renewals (iCalendar, RFC 5545) by the address that its owner was given.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::get_calendar::route())
}
