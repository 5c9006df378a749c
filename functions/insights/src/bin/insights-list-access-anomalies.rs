//! List what was unusual about people's use of products, the latest first.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::list_access_anomalies::route())
}
