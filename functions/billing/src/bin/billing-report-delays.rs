//! Show how many days after the due date clients paid, by the month in which the money came in.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::report_delays::route())
}
