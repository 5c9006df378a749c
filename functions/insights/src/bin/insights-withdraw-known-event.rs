//! Withdraw what was announced: it mutes none of the days that are judged from now on.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::withdraw_known_event::route())
}
