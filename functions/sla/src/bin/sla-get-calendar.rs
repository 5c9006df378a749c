//! Read a calendar.

fn main() -> runtime::Exit {
    runtime::serve(sla::routes::get_calendar::route())
}
