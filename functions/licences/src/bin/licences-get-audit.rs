//! Get links to a report's files; while it is being made it says so.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::get_audit::route())
}
