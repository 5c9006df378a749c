//! Read what was said and done, oldest first; a client's side reads what is public.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::list_timeline::route())
}
