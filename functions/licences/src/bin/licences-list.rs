//! List the licences, newest first; a client's side sees its own only.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::list::route())
}
