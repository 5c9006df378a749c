//! Adds what was issued, credited or voided to the months, clients, contracts and services that it is earned with.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::note_revenue::reaction())
}
