//! Say that a file of costs is uploaded; it is read within a quarter of an hour.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::read_import::route())
}
