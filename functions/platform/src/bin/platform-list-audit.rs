//! Read who did what, newest first.

fn main() -> runtime::Exit {
    runtime::serve(platform::routes::list_audit::route())
}
