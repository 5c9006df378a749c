//! List a client's series of daily costs and daily use, by service; or those that the job parked.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::list_series::route())
}
