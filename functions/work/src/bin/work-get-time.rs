//! Read a time entry.

fn main() -> runtime::Exit {
    runtime::serve(work::routes::get_time::route())
}
