//! Add a licence of a client; seats, cost and price hold from its first day on, and its seats may have a history.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::add::route())
}
