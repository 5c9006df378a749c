//! Announce a file of costs, CSV in the FOCUS 1.x columns, and get a link to upload it to by PUT.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::add_import::route())
}
