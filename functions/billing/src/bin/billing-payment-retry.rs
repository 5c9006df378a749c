//! Charges saved ways to pay for what is due, again by the MSP's policy; asks the provider what is not known.

fn main() -> runtime::Exit {
    runtime::serve_job(billing::jobs::payment_retry::job())
}
