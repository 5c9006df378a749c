//! Change the MSP's settings.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::change_tenant::route())
}
