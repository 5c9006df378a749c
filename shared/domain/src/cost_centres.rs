//! Cost centres of a client: what its accounting books the costs of departments on.
//!
//! A cost centre is known by its code. Several departments may belong to one, and a department belongs to at most one. So
//! what departments carry, to the cent, is what their cost centres carry.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::travels_as_text;

/// Long enough for the codes of the usual accounting programs: SAP's have ten characters.
pub const LONGEST_CODE: usize = 20;
/// They live inside the client's item, as its departments do, and each is there for at least one of those.
pub const MOST_COST_CENTRES: usize = 100;

/// What accounting calls a cost centre by, in upper case, so that one has one spelling.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CostCode(String);

/// The text is no code of a cost centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a code; give 1 to 20 of A to Z, 0 to 9 and . _ / -, a letter or a number first")]
pub struct NotACode;

impl CostCode {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CostCode {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let text = text.trim();
        let fits = (1..=LONGEST_CODE).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/-".contains(&b))
            && text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if fits { Ok(Self(text.to_ascii_uppercase())) } else { Err(NotACode) }
    }
}

impl fmt::Display for CostCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CostCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

travels_as_text!(
    CostCode,
    Some("^[A-Za-z0-9][A-Za-z0-9._/-]{0,19}$"),
    "a code of 1 to 20 of A to Z, 0 to 9 and . _ / -, a letter or a number first"
);

/// A cost centre of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CostCentre {
    /// What accounting calls it by; no other of the client has it.
    pub code: CostCode,
    /// What people call it by.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 120))]
    pub name: String,
}
