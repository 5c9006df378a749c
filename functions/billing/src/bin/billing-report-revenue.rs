//! Show what was earned, by month, client, contract or service; months to come show what is deferred.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::report_revenue::route())
}
