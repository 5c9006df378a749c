//! Read an SLA policy.

fn main() -> runtime::Exit {
    runtime::serve(sla::routes::get_policy::route())
}
