//! Why a job stopped looking at a record that kept failing: a code for programs, and a sentence that everybody may read. What the
//! job itself said is for whoever runs Steward.

use serde::{Deserialize, Serialize};

/// Why a job parked a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ParkedReason))]
pub enum Reason {
    /// What is kept of it does not read back.
    Unreadable,
    /// Something that it belongs to is not there any more.
    Missing,
    /// Its values do not go together, or come to more than can be computed.
    Values,
    /// Whatever else; it says nothing to anybody but who runs Steward.
    #[default]
    Failed,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Unreadable, Self::Missing, Self::Values, Self::Failed];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Missing => "missing",
            Self::Values => "values",
            Self::Failed => "failed",
        }
    }

    /// The reason with this name; what was parked before there were names just failed.
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|reason| reason.name() == name).unwrap_or_default()
    }

    /// For people, of a series.
    pub const fn of_series(self) -> &'static str {
        match self {
            Self::Unreadable => "What is kept of this series cannot be read, so its days are not judged.",
            Self::Missing => "Something that this series belongs to is not there any more, so its days are not judged.",
            Self::Values => "The values of this series cannot be computed with, so its days are not judged.",
            Self::Failed => "The days of this series could not be judged, five times in a row.",
        }
    }
}
