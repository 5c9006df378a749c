//! Documents on paper. The one package that holds Typst, which is larger than all the rest of Steward.

mod audits;
mod making;
#[cfg(feature = "pdf")]
pub mod typeset;

/// What an event starts.
pub mod reactions {
    pub mod render;
}

/// Every reaction of this area.
pub fn reactions() -> Vec<runtime::ReactionHandler> {
    vec![reactions::render::reaction()]
}
