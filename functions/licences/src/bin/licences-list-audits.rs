//! List the reports of a client's licences, the latest first.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::list_audits::route())
}
