//! Read a licence, with how many of its seats are assigned.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::get::route())
}
