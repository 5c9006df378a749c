//! Notes what a client paid, and how many days after it was due.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::note_payments::reaction())
}
