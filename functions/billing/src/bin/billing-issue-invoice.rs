//! Issue a draft: it gets its number and its date, and never changes again.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::issue_invoice::route())
}
