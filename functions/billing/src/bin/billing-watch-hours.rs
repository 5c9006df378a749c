//! Opens a client's account for work that no contract bills, and tells of prepaid hours that run low as soon as the work is logged or changed, each block and month at 80 % and 95 % once.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::watch_hours::reaction())
}
