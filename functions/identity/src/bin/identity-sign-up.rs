//! Sign up as an MSP, with its first owner; then sign in.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::sign_up::route())
}
