//! Set a ticket's status.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::set_status::route())
}
