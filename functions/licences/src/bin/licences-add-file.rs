//! Announce a paper of a licence as a file, and get a link to upload it to by PUT.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::add_file::route())
}
