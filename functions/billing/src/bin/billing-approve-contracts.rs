//! Let the bills for which contracts were parked pass, of these or of all page by page; the next run bills them.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::approve_contracts::route())
}
