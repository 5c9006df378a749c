//! Say whether an anomaly was expected or real; its series is looked at accordingly from now on.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::judge_anomaly::route())
}
