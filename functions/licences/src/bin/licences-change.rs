//! Change a licence; seats, cost and price from today or a later day on, what held before stays.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::change::route())
}
