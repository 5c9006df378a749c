//! Show the next 12 months: what is certain, what is likely and what is possible, kept apart.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::report_forecast::route())
}
