//! List who holds seats of a licence, and with `state=all` who held them.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::list_seats::route())
}
