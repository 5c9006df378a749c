//! Change how anomalies are looked for, at the MSP or at a client; it holds for days judged from now on.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::change_settings::route())
}
