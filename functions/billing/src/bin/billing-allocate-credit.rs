//! Pay invoices of a client with its credit.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::allocate_credit::route())
}
