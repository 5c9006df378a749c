//! End a contract on a date, today or later; what was billed beyond it is given back with the last bill.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::end_contract::route())
}
