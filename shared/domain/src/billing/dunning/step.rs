//! The steps of dunning.

use serde::{Deserialize, Serialize};

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum StepKind {
    /// Reminds the client before the invoice is due.
    Reminder,
    /// Says that it is overdue.
    Overdue1,
    /// Says so again.
    Overdue2,
    /// Says so for the last time.
    Overdue3,
    /// Flags the client, so that the desk knows.
    Suspend,
    /// Hands it to collection.
    Collection,
}
