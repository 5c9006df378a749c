//! Makes the PDF of what was issued, credited or voided, of drafts that somebody wants to see, and of reports.

fn main() -> runtime::Exit {
    runtime::serve_reaction(documents::reactions::render::reaction())
}
