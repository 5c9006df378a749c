//! What can go wrong with the data.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// Outcome of a call to the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong with the data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such record for this tenant.
    #[error("not found")]
    NotFound,
    /// Somebody else wrote first: read again, decide again. Which record, for the log: one that never lets a request pass
    /// is a defect of whoever wrote it there.
    #[error("changed meanwhile: {0}")]
    Stale(String),
    /// A unique value is taken; the name of the claim.
    #[error("taken: {0}")]
    Taken(&'static str),
    /// The idempotency key was used meanwhile: replay its answer.
    #[error("the idempotency key has just been used")]
    Replayed,
    /// The store is busy (throttled, conflicting transactions, out of reach). Nothing is known to have been written.
    #[error("the store is busy: {0}")]
    Busy(String),
    /// A cursor that the server did not make for this query.
    #[error("the cursor is not one of this list")]
    Cursor,
    /// A record that does not read back: a defect, never an answer of the store.
    #[error("a record does not read back: {0}")]
    Corrupt(String),
    /// Whatever else the store said.
    #[error("the store failed: {0}")]
    Failed(String),
}

impl Error {
    /// Whether the same call may succeed a moment later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Error::Busy(_) | Error::Stale(_))
    }
}

/// Codes with which DynamoDB and S3 say "later".
const BUSY: &[&str] = &[
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TransactionConflictException",
    "TransactionInProgressException",
    "InternalServerError",
    "ServiceUnavailable",
    "SlowDown",
    "InternalError",
];

/// What an SDK error means here.
pub(crate) fn from_sdk<E, R>(error: SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + std::fmt::Debug,
    R: std::fmt::Debug,
{
    match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            Error::Busy(brief(&error))
        }
        SdkError::ServiceError(service) => match service.err().code() {
            Some(code) if BUSY.contains(&code) => Error::Busy(code.to_owned()),
            Some(code) => Error::Failed(format!("{code}: {}", service.err().message().unwrap_or_default())),
            None => Error::Busy(brief(&error)),
        },
        _ => Error::Failed(brief(&error)),
    }
}

fn brief<E: std::fmt::Debug>(error: &E) -> String {
    let text = format!("{error:?}");
    text.chars().take(300).collect()
}
