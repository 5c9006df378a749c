//! Notes what is overdue, and takes each invoice's next step of dunning in business days.

fn main() -> runtime::Exit {
    runtime::serve_job(billing::jobs::dunning::job())
}
