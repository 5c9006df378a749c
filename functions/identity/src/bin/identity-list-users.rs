//! List the users, by name; a client's side sees its own only.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::list_users::route())
}
