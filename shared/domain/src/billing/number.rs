//! Numbers of invoices and credit notes: a series per tenant and kind, without gaps.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::invalid::Check;

/// Long enough for `RE-2026-`, short enough for a column of an accounting import.
pub const LONGEST_PREFIX: usize = 12;
/// Numbers are filled up with zeros to at most this length.
pub const MOST_DIGITS: u8 = 12;

/// Which documents are numbered by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum SeriesKind {
    /// Invoices, recurring and manual.
    Invoice,
    /// Credit notes.
    CreditNote,
}

/// A document's number. It never changes, and is never given twice; which prefixes may come keeps [`super::settings::change`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Number {
    /// What stands before it.
    pub prefix: String,
    /// From 1, one by one.
    pub n: u64,
    /// Filled up with zeros to so many digits.
    pub digits: u8,
}

impl fmt::Display for Number {
    /// As it is printed: `RE-000042`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = usize::from(self.digits);
        write!(f, "{}{:0width$}", self.prefix, self.n)
    }
}

/// How a tenant's documents of one kind are numbered. It moves in the transaction that issues the document: that is
/// what leaves no gap, however many are issued at once and wherever one dies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Series {
    /// What it numbers.
    pub kind: SeriesKind,
    /// What stands before the next number. It may change; the count goes on.
    pub prefix: String,
    /// Digits of the next number.
    pub digits: u8,
    /// The last number given; 0 before the first.
    pub last: u64,
}

impl Series {
    /// A series that has not begun: `INV-000001` or `CN-000001` comes first.
    pub fn new(kind: SeriesKind) -> Self {
        let prefix = match kind {
            SeriesKind::Invoice => "INV-",
            SeriesKind::CreditNote => "CN-",
        };
        Self { kind, prefix: prefix.into(), digits: 6, last: 0 }
    }

    /// Numbers to come look otherwise; the count goes on.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a prefix or a number of digits that is too long.
    pub fn styled(self, prefix: &str, digits: u8) -> Result<Self, Refusal> {
        let mut check = Check::new();
        check.optional_line("/prefix", prefix, LONGEST_PREFIX);
        check.that((1..=MOST_DIGITS).contains(&digits), "/digits", "out_of_range", "must be from 1 to 12");
        check.done()?;
        Ok(Self { prefix: prefix.trim().to_owned(), digits, ..self })
    }

    /// The next number, and the series after it.
    #[must_use]
    pub fn next(self) -> (Self, Number) {
        let n = self.last + 1;
        let number = Number { prefix: self.prefix.clone(), n, digits: self.digits };
        (Self { last: n, ..self }, number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_on_when_the_prefix_changes() {
        let (series, first) = Series::new(SeriesKind::Invoice).next();
        let (series, second) = series.styled("2027/", 4).unwrap().next();
        assert_eq!((first.to_string().as_str(), second.to_string().as_str()), ("INV-000001", "2027/0002"));
        assert_eq!(series.last, 2);
        assert!(series.clone().styled("a prefix that is long", 4).is_err());
        assert!(series.styled("A", 0).is_err());
    }
}
