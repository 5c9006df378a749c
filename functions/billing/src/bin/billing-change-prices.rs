//! Change the price list and the cost rates; lists are replaced as a whole, contracts stay as they are.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::change_prices::route())
}
