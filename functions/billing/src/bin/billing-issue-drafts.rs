//! Issue drafts, these or all page by page, each in a transaction of its own; what cannot be issued is told with the reason and holds up none of the others.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::issue_drafts::route())
}
