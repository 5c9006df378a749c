//! List the contracts, newest first, without their lines; a client's side sees its own only.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::list_contracts::route())
}
