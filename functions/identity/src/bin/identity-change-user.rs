//! Change a user; a new role holds from their next refresh on.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::change_user::route())
}
