//! Let the dunning of an invoice wait, for a dispute or a promise to pay; these days do not count.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::pause_dunning::route())
}
