//! Recognises deferred revenue, day by day over the days that were paid for, when a day is over at the tenant.

fn main() -> runtime::Exit {
    runtime::serve_job(billing::jobs::recognise_revenue::job())
}
