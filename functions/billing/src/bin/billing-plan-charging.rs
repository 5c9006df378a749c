//! Plans what follows an issued invoice: its dunning and its charge; goes on by a new way to pay.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::plan_charging::reaction())
}
