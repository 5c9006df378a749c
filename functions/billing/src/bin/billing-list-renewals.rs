//! List the terms of signed contracts that come to their end, by the last day of notice.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::list_renewals::route())
}
