//! Proves every tenant's books from its records, each in its own night, and tells what is wrong.

fn main() -> runtime::Exit {
    runtime::serve_job(billing::jobs::check_ledger::job())
}
