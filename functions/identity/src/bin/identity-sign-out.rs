//! End the session of the token.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::sign_out::route())
}
