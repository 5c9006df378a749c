//! Record up to 90 uses, or take back what was reported wrongly; each has an id of the sender's own, and one that is known changes nothing.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::record_usage::route())
}
