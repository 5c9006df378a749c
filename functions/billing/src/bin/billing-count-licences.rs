//! Counts a client's licences as their seats change, for contracts that bill them.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::count_licences::reaction())
}
