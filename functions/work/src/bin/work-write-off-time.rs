//! Say that a time entry will never be billed; it is locked from then on.

fn main() -> runtime::Exit {
    runtime::serve(work::routes::write_off_time::route())
}
