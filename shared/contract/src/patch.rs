//! Fields of a `PATCH`: absent leaves the value, `null` clears it.

use serde::{Deserialize, Deserializer};

/// For `Option<Option<T>>` fields: `null` becomes `Some(None)`, absent stays `None`. Use with `#[serde(default, deserialize_with = …)]`.
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}
