//! What people are told of.

mod letters;
mod payers;
mod people;

/// What an event starts.
pub mod reactions {
    pub mod send_invoice;
    pub mod send_mail;
}

/// Every reaction of this area.
pub fn reactions() -> Vec<runtime::ReactionHandler> {
    vec![reactions::send_mail::reaction(), reactions::send_invoice::reaction()]
}
