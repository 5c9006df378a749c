//! Reads all of a client's licences, seats and use for a report that somebody wants, and makes its workbook.

fn main() -> runtime::Exit {
    runtime::serve_reaction(licences::reactions::make_audit::reaction())
}
