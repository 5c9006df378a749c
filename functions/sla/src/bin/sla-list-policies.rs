//! List the SLA policies, by name.

fn main() -> runtime::Exit {
    runtime::serve(sla::routes::list_policies::route())
}
