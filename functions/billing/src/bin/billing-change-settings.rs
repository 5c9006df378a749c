//! Change how the MSP bills; lists are replaced as a whole, what is issued already stays as it is.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::change_settings::route())
}
