//! Take a ticket that nobody owns.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::take::route())
}
