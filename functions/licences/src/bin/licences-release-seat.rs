//! Take a seat back; its history stays, and what is released already stays as it is.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::release_seat::route())
}
