//! List the lines of an invoice, in order.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::list_invoice_lines::route())
}
