//! Read a user.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::get_user::route())
}
