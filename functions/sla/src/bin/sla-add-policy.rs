//! Add an SLA policy.

fn main() -> runtime::Exit {
    runtime::serve(sla::routes::add_policy::route())
}
