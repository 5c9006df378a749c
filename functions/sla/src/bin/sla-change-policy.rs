//! Change an SLA policy; targets, warnings and ladder are replaced as a whole, open tickets are recomputed.

fn main() -> runtime::Exit {
    runtime::serve(sla::routes::change_policy::route())
}
