//! Change how a client is billed; what is issued already stays as it is.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::change_client::route())
}
