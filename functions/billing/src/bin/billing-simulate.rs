//! Show the next 12 bills of a contract or of a proposal, and what an amendment would change; writes nothing.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::simulate::route())
}
