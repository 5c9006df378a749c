//! List a client's series of daily costs, by service.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::list_series::route())
}
