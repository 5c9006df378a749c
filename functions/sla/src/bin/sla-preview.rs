//! Compute dues and states for a calendar, a policy and a history given in the request.

fn main() -> runtime::Exit {
    runtime::serve(sla::routes::preview::route())
}
