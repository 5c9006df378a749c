//! Notes what a contract comes to month by month, and what its bills to come bring.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::note_recurring::reaction())
}
