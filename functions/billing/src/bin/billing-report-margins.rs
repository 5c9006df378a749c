//! Show what is left of revenue after what the work cost, by client, contract or technician.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::report_margins::route())
}
