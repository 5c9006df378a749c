//! Read a product.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::get_product::route())
}
