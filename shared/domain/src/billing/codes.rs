//! Short names that an MSP gives to its taxes, kinds of work and billing roles; stable, and readable in an export.

use std::fmt;
use std::str::FromStr;

use crate::text::travels_as_text;

/// Long enough for any code, short enough for a column of an export.
pub const LONGEST_CODE: usize = 32;

/// The text is not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a code; write 1 to 32 of a-z, 0-9, - and _, such as vat-19")]
pub struct NotACode;

fn is_code(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (1..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(allowed)
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl FromStr for $name {
            type Err = NotACode;

            fn from_str(text: &str) -> Result<Self, NotACode> {
                if is_code(text) { Ok(Self(text.to_owned())) } else { Err(NotACode) }
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        travels_as_text!($name, Some("^[a-z0-9_-]{1,32}$"), "1 to 32 of a-z, 0-9, - and _");
    )+};
}

codes! {
    /// A tax, for example `vat` or `qst`.
    TaxCode;
    /// A kind of work, for example `remote` or `on-site`.
    WorkTypeCode;
    /// The role in which somebody works, as a rate card names it, for example `senior-engineer`.
    RoleCode;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_one_spelling() {
        assert_eq!("vat-19_b".parse::<TaxCode>().unwrap().to_string(), "vat-19_b");
        assert!("a".repeat(LONGEST_CODE).parse::<TaxCode>().is_ok());
        for wrong in ["", "VAT", "vat 19", "vät", "=vat", &"a".repeat(LONGEST_CODE + 1)] {
            assert!(wrong.parse::<TaxCode>().is_err(), "{wrong}");
        }
    }
}
