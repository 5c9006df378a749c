//! List the time that was logged, last first; what waits for an invoice, unless asked otherwise.

fn main() -> runtime::Exit {
    runtime::serve(work::routes::list_time::route())
}
