//! Trade a refresh token for new tokens; an old one used again ends the session.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::refresh::route())
}
