//! Add a product to the software catalogue, with its editions from the smallest to the largest.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::add_product::route())
}
