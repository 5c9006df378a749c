//! Accept an invitation with a password; then sign in.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::accept_invitation::route())
}
