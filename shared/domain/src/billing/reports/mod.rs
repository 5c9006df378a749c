//! What owners look at: who owes how much and since when, what recurs, what was earned with whom, and what comes.
//!
//! Every report is by currency and never adds two. Sums are whole minor units; what is divided names its rule, and what
//! is not known is counted and shown instead of being taken as nothing.

mod attribution;
mod delays;
mod forecast;
mod margins;
mod month;
mod receivables;
mod recurring;
mod revenue;
mod revisions;
mod trend;

pub use attribution::*;
pub use delays::*;
pub use forecast::*;
pub use margins::*;
pub use month::*;
pub use receivables::*;
pub use recurring::*;
pub use revenue::*;
pub use revisions::*;
pub use trend::*;
