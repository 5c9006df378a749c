//! Show monthly recurring revenue, with what was new, grew, shrank and was lost.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::report_recurring::route())
}
