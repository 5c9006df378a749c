//! Give a ticket to somebody, or to nobody.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::assign::route())
}
