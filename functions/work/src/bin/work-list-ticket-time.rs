//! List the time that was logged on a ticket, in the order in which it was logged.

fn main() -> runtime::Exit {
    runtime::serve(work::routes::list_ticket_time::route())
}
