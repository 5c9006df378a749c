//! Whether a webhook is from whom it says: HMAC-SHA-256 over its time and its raw body, in a time that does not tell
//! where a signature differs (Stripe, "Verify webhook signatures manually").

use contract::Secret;
use domain::billing::webhooks::{NotSigned, Signed};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// Checks a webhook's header against its body, for any of these secrets. All signatures are compared with all secrets,
/// whether one has fitted already or not.
///
/// # Errors
/// Why it is not accepted; its sender is told none of it.
pub fn verify(secrets: &[Secret], header: &str, body: &[u8], now: Timestamp) -> Result<(), NotSigned> {
    let signed = Signed::parse(header)?;
    signed.in_time(now)?;
    let mut fits = Choice::from(0);
    for secret in secrets {
        let right = signature(secret, &signed.t, body);
        for given in &signed.signatures {
            fits |= right.as_slice().ct_eq(given.as_slice());
        }
    }
    if fits.into() { Ok(()) } else { Err(NotSigned::Forged) }
}

/// The header of a webhook that is signed with these secrets at an instant.
pub fn sign(secrets: &[Secret], body: &[u8], at: Timestamp) -> String {
    let t = at.as_second().to_string();
    let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    secrets.iter().fold(format!("t={t}"), |header, secret| {
        let signature = hex(signature(secret, &t, body));
        format!("{header},v1={signature}")
    })
}

fn signature(secret: &Secret, t: &str, body: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(t.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::from(text.to_owned())
    }

    #[test]
    fn the_signature_is_stripes() {
        // By `printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_test`.
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let header = sign(&[secret("whsec_test")], b"{}", at);
        assert_eq!(header, "t=1700000000,v1=35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91");
    }

    #[test]
    fn while_secrets_rotate_either_is_enough_and_neither_is_not() {
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let (old, new, other) = (secret("whsec_old"), secret("whsec_new"), secret("whsec_other"));
        let both = sign(&[old.clone(), new.clone()], b"{}", at);
        assert_eq!(verify(std::slice::from_ref(&new), &both, b"{}", at), Ok(()));
        assert_eq!(verify(&[other.clone(), old.clone()], &both, b"{}", at), Ok(()));
        assert_eq!(verify(&[other], &both, b"{}", at), Err(NotSigned::Forged));
        assert_eq!(verify(&[], &both, b"{}", at), Err(NotSigned::Forged));
        assert_eq!(verify(&[new], &both, b"{ }", at), Err(NotSigned::Forged));
    }
}
