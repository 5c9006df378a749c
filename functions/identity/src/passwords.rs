//! Hashing passwords: slow on purpose, and away from the thread that answers.

use argon2::password_hash::Error as HashError;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use contract::Secret;
use runtime::{Error, Result};

/// Memory of one hash in KiB, passes, and lanes: what OWASP's password storage cheat sheet asks of argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// The hash of no password, made like the others: an account that does not exist is checked against it, so that it takes
/// as long as one that does.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3Rld2FyZC1ub2JvZHk$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A password's hash as a PHC string. The salt comes from the operating system: our ids are made to sort by time, and so
/// are neither secret nor all random.
pub async fn hash(password: &Secret) -> Result<String> {
    let password = password.clone();
    aside(move || {
        let hashed = argon2()?.hash_password(password.reveal().as_bytes());
        Ok(hashed.map_err(|e| Error::Internal(e.to_string()))?.to_string())
    })
    .await
}

/// Whether a password is the one that was hashed. Without a hash it takes as long, and is not.
pub(crate) async fn is_right(password: &Secret, hash: Option<&str>) -> Result<bool> {
    let (password, known, hash) = (password.clone(), hash.is_some(), hash.unwrap_or(NOBODY).to_owned());
    // What it costs, and nothing of whom it is about: a test counts these lines.
    tracing::debug!(cost = hash.split('$').take(4).collect::<Vec<_>>().join("$"), "a password is checked");
    aside(move || match argon2()?.verify_password(password.reveal().as_bytes(), hash.as_str()) {
        Ok(()) => Ok(known),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(error) => Err(Error::Internal(error.to_string())),
    })
    .await
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(e.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_is_argon2id_with_19_mib_and_two_passes_and_knows_its_password() -> Result<()> {
        let password = Secret::from("marble window seventeen otters".to_owned());
        let hash = hash(&password).await?;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is_right(&password, Some(&hash)).await?);
        assert!(!is_right(&Secret::from("marble window seventeen otter".to_owned()), Some(&hash)).await?);
        Ok(())
    }

    #[tokio::test]
    async fn nobody_has_no_password() -> Result<()> {
        assert!(!is_right(&Secret::from(String::new()), None).await?);
        Ok(())
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() -> Result<()> {
        let password = Secret::from("marble window seventeen otters".to_owned());
        assert_ne!(hash(&password).await?, hash(&password).await?);
        Ok(())
    }
}
