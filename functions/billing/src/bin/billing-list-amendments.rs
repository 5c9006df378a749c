//! List a contract's amendments, oldest first.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::list_amendments::route())
}
