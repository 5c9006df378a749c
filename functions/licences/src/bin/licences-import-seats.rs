//! Give up to 2,000 seats from a CSV file; what cannot be taken comes back as a file that says why.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::import_seats::route())
}
