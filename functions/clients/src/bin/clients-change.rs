//! Change a client; lists are replaced as a whole.

fn main() -> runtime::Exit {
    runtime::serve(clients::routes::change::route())
}
