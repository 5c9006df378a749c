//! Change a product; the editions are replaced as a whole.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::change_product::route())
}
