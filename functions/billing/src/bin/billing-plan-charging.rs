//! Plans the charge of an issued invoice for the day on which it is due, and of waiting ones by a new way to pay.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::plan_charging::reaction())
}
