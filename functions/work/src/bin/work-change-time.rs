//! Change one's own time until it is billed; whoever manages time, anybody's.

fn main() -> runtime::Exit {
    runtime::serve(work::routes::change_time::route())
}
