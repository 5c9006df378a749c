//! List the contracts that the invoice run leaves alone, the longest parked first, with the reason.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::list_parked::route())
}
