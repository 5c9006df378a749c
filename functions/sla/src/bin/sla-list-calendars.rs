//! List the calendars, by name.

fn main() -> runtime::Exit {
    runtime::serve(sla::routes::list_calendars::route())
}
