//! Sign a contract: from now on it is billed, from its first day.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::sign_contract::route())
}
