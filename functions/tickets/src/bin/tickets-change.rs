//! Change a ticket's fields; its clocks are recomputed from its creation.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::change::route())
}
