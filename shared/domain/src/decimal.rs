//! Decimals as they are written on the wire: text of digits, with a point, a sign and a power of ten at most.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// Reads a decimal. The library would take `1_000` for a thousand as well.
///
/// # Errors
/// What is not a decimal.
pub fn plain<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    from.deserialize_str(Plain)
}

/// Reads a decimal that may be `null`; with `#[serde(default)]` also one that may be absent.
///
/// # Errors
/// As [`plain`].
pub fn plain_option<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Decimal>, D::Error> {
    Ok(Option::<Wrapped>::deserialize(from)?.map(|wrapped| wrapped.0))
}

#[derive(Deserialize)]
struct Wrapped(#[serde(deserialize_with = "plain")] Decimal);

struct Plain;

impl Visitor<'_> for Plain {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal as text, with digits and a point, such as \"1234.5\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Decimal, E> {
        let read = Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text));
        read.ok().filter(|_| !text.contains('_')).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}
