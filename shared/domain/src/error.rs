//! Why a rule says no.

use serde::Serialize;

use crate::money::MoneyError;

/// A refusal. Every detail says what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The input is wrong in these places.
    #[error("the input is not valid: {}", summary(.0))]
    Invalid(Vec<Invalid>),
    /// The input is fine but does not fit the present state.
    #[error("{detail}")]
    Conflict {
        /// Stable, for programs: `status_step`, `already_taken`, …
        code: &'static str,
        /// For people: what stands in the way and what to do.
        detail: String,
    },
    /// The caller may see this, but not do it.
    #[error("{detail}")]
    Forbidden {
        /// For people: who may, or what to do instead.
        detail: String,
    },
    /// It does not exist, or the caller may not know that it does.
    #[error("not found")]
    NotFound,
}

/// One fault of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invalid {
    /// JSON pointer (RFC 6901) to the field, for example `/targets/p1/resolution/minutes`.
    pub field: String,
    /// Stable, for programs: `too_long`, `required`, …
    pub code: &'static str,
    /// For people: what is wrong and what would be right.
    pub detail: String,
}

impl Refusal {
    /// A conflict with the present state.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict { code, detail: detail.into() }
    }

    /// Not for this caller.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::Forbidden { detail: detail.into() }
    }

    /// The same where the input is a part of a larger one, at this JSON pointer.
    #[must_use]
    pub fn within(self, at: &str) -> Self {
        match self {
            Self::Invalid(faults) => Self::Invalid(
                faults.into_iter().map(|fault| Invalid { field: format!("{at}{}", fault.field), ..fault }).collect(),
            ),
            other => other,
        }
    }

    /// One fault of the input.
    pub fn invalid(field: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![Invalid { field: field.into(), code, detail: detail.into() }])
    }
}

/// What cannot be computed is a conflict: the amounts that are there do not go together.
impl From<MoneyError> for Refusal {
    fn from(error: MoneyError) -> Self {
        let code = match error {
            MoneyError::Currencies(..) => "currencies",
            MoneyError::TooLarge => "amount_too_large",
        };
        Self::conflict(code, error.to_string())
    }
}

fn summary(faults: &[Invalid]) -> String {
    let lines: Vec<String> = faults.iter().map(|f| format!("{}: {}", f.field, f.detail)).collect();
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn a_part_says_where_in_the_whole_its_faults_are() {
        let refusal = Refusal::invalid("/hours", "never_open", "has no open hour").within("/calendar");
        assert_eq!(refusal, Refusal::invalid("/calendar/hours", "never_open", "has no open hour"));
        assert_eq!(Refusal::NotFound.within("/calendar"), Refusal::NotFound);
    }
}
