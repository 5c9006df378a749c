//! Fires every warning, breach and escalation that has come due, each once.

fn main() -> runtime::Exit {
    runtime::serve_job(tickets::jobs::sla_breach_scan::job())
}
