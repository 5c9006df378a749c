//! Carry what happened from the table's stream to the bus.

fn main() -> runtime::Exit {
    runtime::serve_stream(platform::plumbing::publish_events::plumbing())
}
