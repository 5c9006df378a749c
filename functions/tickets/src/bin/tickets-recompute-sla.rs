//! Recomputes the clocks of open tickets after a policy, calendar, client, department or tenant changed.

fn main() -> runtime::Exit {
    runtime::serve_reaction(tickets::reactions::recompute_sla::reaction())
}
