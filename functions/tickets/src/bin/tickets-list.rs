//! List tickets, newest first; open ones unless `state` says otherwise.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::list::route())
}
