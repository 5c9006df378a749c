//! Amend a signed contract from today or a later date on; what was billed in advance is settled with the next bill.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::amend_contract::route())
}
