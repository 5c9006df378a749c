//! Read an anomaly.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::get_anomaly::route())
}
