//! Who writes, when, and for which request.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

/// Where new ids come from.
pub type IdSource = Arc<dyn Fn() -> Uuid + Send + Sync>;

/// What every entry of a commit is stamped with.
#[derive(Clone)]
pub struct Stamp {
    /// The commit's time.
    pub now: Timestamp,
    /// Ids of the audit entry, the events and the transaction, drawn by the caller so that a run can be replayed.
    pub ids: IdSource,
    /// Who did it: a user's id, or a function's name.
    pub actor: String,
    /// The function.
    pub function: &'static str,
    /// The request or invocation.
    pub request: String,
}
