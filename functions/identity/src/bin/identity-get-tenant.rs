//! Read the MSP's settings.

fn main() -> runtime::Exit {
    runtime::serve(identity::routes::get_tenant::route())
}
