//! Remove a saved way to pay; answers those that are left.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::remove_method::route())
}
