//! Show what was issued for days after this month, by the month in which it will be earned.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::report_deferred::route())
}
