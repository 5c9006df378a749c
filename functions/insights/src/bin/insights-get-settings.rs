//! Read how anomalies are looked for, at the MSP or at a client.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::get_settings::route())
}
