//! Pay invoices of a client with its credit, or note that some of it was paid out.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::allocate_credit::route())
}
