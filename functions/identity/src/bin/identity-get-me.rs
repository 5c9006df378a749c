//! Read who is signed in, where, and what they may do.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::get_me::route())
}
