//! List a client's series of daily costs and daily use, by service.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::list_series::route())
}
