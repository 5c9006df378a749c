//! Invite somebody; the invitation comes by mail and is good for a week.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::invite_user::route())
}
