//! List the software catalogue, by vendor and name.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::list_products::route())
}
