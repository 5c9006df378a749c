//! Counts a client's contacts as they come and go, for contracts that bill them.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::count_contacts::reaction())
}
