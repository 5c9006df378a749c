//! Take a file off its licence: nobody gets a link to it any more.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::remove_file::route())
}
