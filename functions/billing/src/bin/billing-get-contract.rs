//! Read a contract with its lines, and with what is left of the hours that it includes this month.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_contract::route())
}
