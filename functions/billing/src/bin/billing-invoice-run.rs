//! Bills every contract that is due in its tenant's local date; a contract that needs somebody's eye is parked.

fn main() -> runtime::Exit {
    runtime::serve_job(billing::jobs::invoice_run::job())
}
