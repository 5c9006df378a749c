//! Let the bill for which a contract was parked pass, or try it again; the next run bills it.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::approve_contract::route())
}
