//! Read a contract with its lines.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_contract::route())
}
