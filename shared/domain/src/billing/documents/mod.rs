//! Documents: what an invoice looks like to who has to pay it.
//!
//! - [`settings`]: the letterhead, and what an accounting program calls things
//! - [`facts`]: all that a document says, frozen when it is made
//! - [`printed`]: the same as words on paper, with the sums that are carried from page to page
//! - [`table`]: the same as a table
//! - [`delivery`]: when it goes out, and with which words

pub mod delivery;
pub mod facts;
pub mod logo;
pub mod printed;
pub mod settings;
pub mod table;
pub mod words;
