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

/// That a PDF does not print some characters, which its fonts have no letters for; nothing where it prints all.
pub fn unprinted(missing: &str) -> Option<String> {
    let named: Vec<String> = missing.chars().map(|c| format!("{c} (U+{:04X})", u32::from(c))).collect();
    (!named.is_empty()).then(|| {
        let named = named.join(", ");
        format!("The PDF does not print {named}: it has Latin, Greek and Cyrillic letters. Write these in one of them.")
    })
}
