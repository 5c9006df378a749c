//! The signature header of Stripe's webhooks: read, and held against the clock. Whether a signature is right needs the
//! secret and is decided where that is known, over `{t}.` and the raw body (Stripe, "Verify webhook signatures").

use jiff::Timestamp;

/// How far the header's time may be from now, before or after, in seconds: Stripe's own libraries allow 300 as well.
pub const TOLERANCE_S: i64 = 300;
/// Most signatures that are looked at. While secrets rotate there is one for each.
pub const MOST_SIGNATURES: usize = 16;
/// Longest header; [`MOST_SIGNATURES`] fit with room to spare.
pub const LONGEST_HEADER: usize = 2_048;
/// Bytes of an HMAC-SHA256.
pub const SIGNATURE_BYTES: usize = 32;

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// When it was signed, as it stands in the header: what was signed begins with these very digits.
    pub t: String,
    /// The same, in seconds since 1970.
    pub at_s: i64,
    /// Its signatures of scheme `v1`; one that is right is enough. Other schemes are not looked at.
    pub signatures: Vec<[u8; SIGNATURE_BYTES]>,
}

/// Why a webhook's header is not accepted. The sender is told none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// It is not of the form `t=…,v1=…`.
    #[error("the signature header is not of the form t=…,v1=…")]
    Malformed,
    /// It was signed more than [`TOLERANCE_S`] before or after now.
    #[error("the webhook was signed more than 300 seconds before or after now")]
    OutOfTime,
    /// No signature is right.
    #[error("no signature of the webhook is right")]
    Forged,
}

impl Signed {
    /// Reads a `Stripe-Signature` header.
    ///
    /// # Errors
    /// [`NotSigned::Malformed`] without exactly one time and at least one signature of 64 hexadecimal digits.
    pub fn parse(header: &str) -> Result<Self, NotSigned> {
        if header.len() > LONGEST_HEADER {
            return Err(NotSigned::Malformed);
        }
        let (mut time, mut signatures) = (None, Vec::new());
        for part in header.split(',') {
            match part.trim().split_once('=').ok_or(NotSigned::Malformed)? {
                ("t", digits) if time.is_none() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                    let at_s: i64 = digits.parse().map_err(|_| NotSigned::Malformed)?;
                    time = Some((digits.to_owned(), at_s));
                }
                ("t", _) => return Err(NotSigned::Malformed),
                ("v1", hex) => signatures.push(bytes(hex).ok_or(NotSigned::Malformed)?),
                _ => {}
            }
        }
        let (t, at_s) = time.ok_or(NotSigned::Malformed)?;
        if signatures.is_empty() || signatures.len() > MOST_SIGNATURES {
            return Err(NotSigned::Malformed);
        }
        Ok(Self { t, at_s, signatures })
    }

    /// Whether it was signed near enough to now, so that a webhook that was listened to cannot be sent again later.
    ///
    /// # Errors
    /// [`NotSigned::OutOfTime`].
    pub fn in_time(&self, now: Timestamp) -> Result<(), NotSigned> {
        if now.as_second().abs_diff(self.at_s) <= TOLERANCE_S.unsigned_abs() {
            Ok(())
        } else {
            Err(NotSigned::OutOfTime)
        }
    }
}

fn bytes(hex: &str) -> Option<[u8; SIGNATURE_BYTES]> {
    let hex = hex.as_bytes();
    if hex.len() != 2 * SIGNATURE_BYTES {
        return None;
    }
    // Small letters only, as they are sent: one signature has one spelling.
    let digit = |byte: u8| {
        let digit = char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
        digit.and_then(|digit| u8::try_from(digit).ok())
    };
    let mut bytes = [0; SIGNATURE_BYTES];
    for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_one_time_and_signatures_of_64_digits() {
        let (a, b) = ("0f".repeat(32), "a1".repeat(32));
        let both = Signed::parse(&format!("t=1700000000,v1={a},v0=x,v1={b}")).unwrap();
        assert_eq!((both.t.as_str(), both.at_s), ("1700000000", 1_700_000_000));
        assert_eq!(both.signatures, [[0x0f; 32], [0xa1; 32]]);
        let long = format!("t=1,v1={a}") + &format!(",v1={a}").repeat(MOST_SIGNATURES);
        for wrong in [
            "",
            "t=1",
            &format!("v1={a}"),
            &format!("t=1,t=2,v1={a}"),
            &format!("t=-1,v1={a}"),
            &format!("t=,v1={a}"),
            &format!("t=1,v1={}", &a[1..]),
            &format!("t=1,v1={}g", &a[1..]),
            &format!("t=1,v1={}", a.to_uppercase()),
            &format!("t=1,v0={a}"),
            &long,
        ] {
            assert_eq!(Signed::parse(wrong), Err(NotSigned::Malformed), "{wrong}");
        }
    }

    #[test]
    fn a_signature_is_good_for_300_seconds_both_ways() {
        let signed = Signed { t: "1000".into(), at_s: 1_000, signatures: Vec::new() };
        for (now, good) in [(699, false), (700, true), (1_299, true), (1_300, true), (1_301, false)] {
            assert_eq!(signed.in_time(Timestamp::from_second(now).unwrap()).is_ok(), good, "{now}");
        }
    }
}
