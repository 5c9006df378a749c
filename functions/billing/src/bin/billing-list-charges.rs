//! List a client's charges that are on no invoice yet, by date.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::list_charges::route())
}
