//! Add a calendar: open hours and days off in a zone.

fn main() -> runtime::Exit {
    runtime::serve(sla::routes::add_calendar::route())
}
