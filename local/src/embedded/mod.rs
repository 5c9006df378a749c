//! AWS on one machine, in this process: DynamoDB, S3 and EventBridge, and the seam through which
//! the SDKs reach them without a socket.

pub mod bus;
mod call;
mod checksums;
mod connector;
pub mod dynamo;
mod faults;
mod lag;
pub mod links;
mod objects;
mod recorder;
pub mod s3;

pub use call::{Call, Service, Touch};
pub use connector::{Caller, Clients, Seam, credentials, no_retries, quick_retries};
pub use faults::{Fault, Faults, Gate, Rates, Side, draw};
pub use recorder::{BESIDE, Recorded, Recorder};

/// The region that the local stack says it is in.
pub const REGION: &str = "eu-central-1";
/// The key id that the embedded services know. Not a secret: they listen on loopback only.
pub const ACCESS_KEY: &str = "steward-local";
/// The secret that goes with [`ACCESS_KEY`].
pub const SECRET_KEY: &str = "steward-local-secret";
