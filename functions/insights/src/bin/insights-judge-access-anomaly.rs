//! Say whether it was expected or real; an hour that was expected is usual for that person from now on.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::judge_access_anomaly::route())
}
