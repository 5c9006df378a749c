//! Short names for what software can do and is for: stable, the same in every report.

use std::fmt;
use std::str::FromStr;

use crate::text::travels_as_text;

/// Long enough for any feature's name, short enough for many of them in an item.
pub const LONGEST_SLUG: usize = 40;

/// A feature, or a purpose: `co-authoring`, `video-meetings`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// The text is not a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a short name; write 1 to 40 of a-z, 0-9 and -, such as video-meetings")]
pub struct NotASlug;

impl FromStr for Slug {
    type Err = NotASlug;

    fn from_str(text: &str) -> Result<Self, NotASlug> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=LONGEST_SLUG).contains(&text.len()) && text.bytes().all(allowed);
        if fits { Ok(Self(text.to_owned())) } else { Err(NotASlug) }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

travels_as_text!(Slug, Some("^[a-z0-9-]{1,40}$"), "1 to 40 of a-z, 0-9 and -");
