//! The platform's own functions.

use crate::job::{Plumbing, Source};
use crate::need::Need;

/// Carries what happened from the table's stream to the bus.
pub const PUBLISH_EVENTS: Plumbing = Plumbing {
    name: "platform-publish-events",
    summary: "Carry what happened from the table's stream to the bus",
    source: Source::Stream,
    touches: &[Need::PutEvents],
};
