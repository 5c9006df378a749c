//! Read which steps of dunning an invoice has had, and what it waits for.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_dunning::route())
}
