//! List the payments, newest first; a client's side sees its own.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::list_payments::route())
}
