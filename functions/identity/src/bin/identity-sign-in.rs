//! Sign in; at most five tries in any minute an account.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::sign_in::route())
}
