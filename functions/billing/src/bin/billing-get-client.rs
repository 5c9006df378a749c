//! Read how a client is billed; a client's side reads its own.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_client::route())
}
