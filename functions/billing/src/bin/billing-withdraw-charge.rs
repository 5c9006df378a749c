//! Take back a charge that is on no invoice yet.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::withdraw_charge::route())
}
