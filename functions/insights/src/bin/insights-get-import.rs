//! Read how far a file of costs is, and what is wrong with its rows.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::get_import::route())
}
