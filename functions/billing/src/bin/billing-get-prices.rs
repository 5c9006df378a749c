//! Read the price list, and what things and people cost.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_prices::route())
}
