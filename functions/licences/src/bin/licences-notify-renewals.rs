//! Tells owners of licences what comes, renews what renews by itself, and has changed seats counted on their day.

fn main() -> runtime::Exit {
    runtime::serve_job(licences::jobs::notify_renewals::job())
}
