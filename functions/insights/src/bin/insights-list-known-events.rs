//! List what was announced at a client, what ends first first.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::list_known_events::route())
}
