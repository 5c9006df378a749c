//! Propose a contract; nothing is billed before it is signed. Read it for its lines and their ids.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::add_contract::route())
}
