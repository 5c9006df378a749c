//! List the postings of a month and a currency, by date.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::list_postings::route())
}
