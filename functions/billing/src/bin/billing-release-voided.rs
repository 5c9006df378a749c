//! Opens again what a void invoice took up, where that is too much for one transaction.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::release_voided::reaction())
}
