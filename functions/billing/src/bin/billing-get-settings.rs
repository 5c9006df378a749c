//! Read how the MSP bills: taxes, numbers, terms.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_settings::route())
}
