//! Announce something, such as a migration: days that are judged from now on are no anomaly meanwhile.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::add_known_event::route())
}
