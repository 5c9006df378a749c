//! Opens a client's account for charges, prepaid hours and work that no contract of it bills within a month.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::open_accounts::reaction())
}
