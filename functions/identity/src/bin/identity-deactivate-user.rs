//! End a user's access, or withdraw an invitation; the address is free again.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::deactivate_user::route())
}
