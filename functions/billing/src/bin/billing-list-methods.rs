//! List a client's saved ways to pay, of which there are 10 at most.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::list_methods::route())
}
