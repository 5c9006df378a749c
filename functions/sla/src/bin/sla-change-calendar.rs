//! Change a calendar; hours and holidays are replaced as a whole, open tickets are recomputed.

fn main() -> runtime::Exit {
    runtime::serve(sla::routes::change_calendar::route())
}
