//! Log one's own work on a ticket; whoever manages time, anybody's.

fn main() -> runtime::Exit {
    runtime::serve(work::routes::log_time::route())
}
