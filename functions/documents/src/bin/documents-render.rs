//! Makes the PDF of what was issued, credited or voided, and of drafts that somebody wants to see.

fn main() -> runtime::Exit {
    runtime::serve_reaction(documents::reactions::render::reaction())
}
