//! What turns a handler into a Lambda: the context that it gets, and the one wrapper that every request passes.
//!
//! A handler loads, decides and says what to write and what to answer. Everything else is here and only here: who is
//! calling, how often, whether they may; what a repeat is answered; decoding; the transaction and its retries; problem
//! documents; the log line and the metrics.

pub mod answer;
pub mod call;
pub mod context;
pub mod error;
pub mod files;
pub mod handler;
pub mod invitations;
pub mod jobs;
pub mod lambda;
pub mod log;
pub mod mail;
pub mod paying;
pub mod payments;
pub mod plumbing;
pub mod provider;
pub mod reactions;
pub mod references;
pub mod scribe;
pub mod secrets;
pub mod stripe;
pub mod tokens;
mod tries;
pub mod webhooks;
pub mod world;
mod wrapper;

pub use answer::Answer;
pub use call::{Call, Response};
pub use context::{Cx, Here, PublicCx};
pub use error::{Error, Result};
pub use handler::{Handler, In, Raw};
pub use jobs::{JobCx, JobHandler, JobReport, Step};
pub use lambda::{Exit, serve, serve_authorizer, serve_job, serve_reaction, serve_stream};
pub use plumbing::{AuthorizerHandler, StreamHandler};
pub use provider::{PaymentProvider, ProviderError};
pub use reactions::{ReactionCx, ReactionHandler};
pub use scribe::Scribe;
pub use world::{Clock, Config, World};
