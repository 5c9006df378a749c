//! List anomalies, the latest first.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::list_anomalies::route())
}
