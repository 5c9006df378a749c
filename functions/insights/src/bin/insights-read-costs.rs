//! Reads uploaded files of costs piece by piece, and writes what their days come to.

fn main() -> runtime::Exit {
    runtime::serve_job(insights::jobs::read_costs::job())
}
