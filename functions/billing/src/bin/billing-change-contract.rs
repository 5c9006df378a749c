//! Change a proposal; lists are replaced as a whole. A signed contract changes by amendments.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::change_contract::route())
}
