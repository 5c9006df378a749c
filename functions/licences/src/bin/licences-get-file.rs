//! Get a link to a file of a licence; a client's side gets those that it may see.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::get_file::route())
}
