//! Judges the days of each series of costs that are complete, each once, and finds what is unusual.

fn main() -> runtime::Exit {
    runtime::serve_job(insights::jobs::anomaly_detection::job())
}
