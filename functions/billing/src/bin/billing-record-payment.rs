//! Record a payment by bank transfer, cheque, cash or otherwise; it pays invoices, and what is over is the client's credit.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::record_payment::route())
}
