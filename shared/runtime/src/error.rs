//! Refusals inside, problem documents at the edge.

use contract::problem::{FieldProblem, Problem, TYPE_BASE};
use domain::error::Refusal;
use domain::parked::Reason;
use jiff::SignedDuration;

/// Outcome of a handler.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was not done. What the caller reads is [`Error::problem`]; the rest is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No token, or not a good one.
    #[error("not signed in: {0}")]
    Unauthenticated(&'static str),
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store said no, or nothing.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The request cannot be read; the status and what to do.
    #[error("{detail}")]
    Request {
        /// 400, 413 or 415.
        status: u16,
        /// Last part of the problem's type.
        kind: &'static str,
        /// What to do.
        detail: String,
        /// The fields that are wrong.
        errors: Vec<FieldProblem>,
    },
    /// A change without `If-Match`.
    #[error("no If-Match")]
    MatchRequired,
    /// A change of what somebody else has changed since.
    #[error("If-Match is stale")]
    MatchFailed,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Over a limit; how long to wait.
    #[error("over the limit")]
    TooMany(SignedDuration),
    /// Somebody outside did not answer; what to do.
    #[error("{0}")]
    Outside(&'static str),
    /// A defect.
    #[error("{0}")]
    Internal(String),
}

/// Seconds that a caller is asked to wait when the store is busy.
const BUSY_RETRY_S: i64 = 1;
/// Seconds that a caller is asked to wait when somebody outside does not answer.
const OUTSIDE_RETRY_S: i64 = 60;

/// The least number of whole seconds that is not shorter, and at least one.
fn whole_seconds(wait: SignedDuration) -> i64 {
    (wait.as_secs() + i64::from(wait.subsec_nanos() > 0)).max(1)
}

impl Error {
    /// Input that cannot be taken, at one field.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let errors = vec![FieldProblem { pointer: pointer.into(), detail: detail.clone() }];
        Error::Request { status: 400, kind: "invalid-input", detail, errors }
    }

    /// Nothing that the caller may see.
    pub fn not_found() -> Self {
        Error::Refused(Refusal::NotFound)
    }

    /// Whether reading and deciding again may succeed.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Error::Store(error) if error.is_passing())
    }

    /// Why a job parks what fails like this.
    pub(crate) fn parked(&self) -> Reason {
        match self {
            Error::Store(store::Error::Corrupt(_)) => Reason::Unreadable,
            Error::Store(store::Error::NotFound) | Error::Refused(Refusal::NotFound) => Reason::Missing,
            Error::Refused(Refusal::Invalid(_) | Refusal::Conflict { .. }) => Reason::Values,
            _ => Reason::Failed,
        }
    }

    /// Seconds after which the caller should try again, where that helps.
    pub fn retry_after_s(&self) -> Option<i64> {
        match self {
            Error::TooMany(wait) => Some(whole_seconds(*wait)),
            Error::Store(error) if error.is_passing() => Some(BUSY_RETRY_S),
            Error::Outside(_) => Some(OUTSIDE_RETRY_S),
            _ => None,
        }
    }

    /// The document that the caller reads. Says nothing about the inside.
    pub fn problem(&self, request_id: &str) -> Problem {
        let (status, kind, title, detail) = self.words();
        let errors = match self {
            Error::Request { errors, .. } => errors.clone(),
            Error::Refused(Refusal::Invalid(faults)) => faults
                .iter()
                .map(|fault| FieldProblem { pointer: fault.field.clone(), detail: fault.detail.clone() })
                .collect(),
            Error::Store(store::Error::Cursor) => {
                vec![FieldProblem {
                    pointer: "?cursor".into(),
                    detail: "give the `next` of this list's page before".into(),
                }]
            }
            _ => Vec::new(),
        };
        Problem {
            kind: format!("{TYPE_BASE}{}", kind.replace('_', "-")),
            title: title.to_owned(),
            status,
            detail,
            request_id: request_id.to_owned(),
            errors,
        }
    }

    fn words(&self) -> (u16, &str, &'static str, String) {
        match self {
            Error::Unauthenticated(why) => (401, "unauthenticated", "Not signed in", (*why).to_owned()),
            Error::Refused(Refusal::Invalid(faults)) => {
                let fields = faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>().join(", ");
                (400, "invalid-input", "The input is not valid", format!("Mend the fields listed in `errors` ({fields}) and send it again."))
            }
            Error::Refused(Refusal::Conflict { code, detail }) => (409, code, "Does not fit the present state", detail.clone()),
            Error::Refused(Refusal::Forbidden { detail }) => (403, "forbidden", "Not allowed", detail.clone()),
            Error::Refused(Refusal::NotFound) | Error::Store(store::Error::NotFound) => (
                404,
                "not-found",
                "Not found",
                "There is nothing here that you may see. Check the address and the id in it.".to_owned(),
            ),
            Error::Request { status, kind, detail, .. } => (*status, kind, "The request cannot be read", detail.clone()),
            Error::MatchRequired => (
                428,
                "match-required",
                "If-Match is required",
                "Read it first and send its ETag as If-Match, so that nobody's change is lost.".to_owned(),
            ),
            Error::MatchFailed => (
                412,
                "stale",
                "Changed meanwhile",
                "It has changed since you read it. Read it again, look at the difference and send the change with the new ETag.".to_owned(),
            ),
            Error::KeyReused => (
                422,
                "idempotency-key-reused",
                "The Idempotency-Key was used for another request",
                "Use a new Idempotency-Key for a new request; a repeat must be the same to the letter.".to_owned(),
            ),
            Error::Outside(detail) => (503, "outside", "Somebody outside did not answer", (*detail).to_owned()),
            Error::TooMany(_) => (429, "too-many-requests", "Too many requests", "Wait as long as Retry-After says and go on slower.".to_owned()),
            Error::Store(store::Error::Taken(what)) => {
                (409, "taken", "Already taken", format!("This {what} is already in use. Choose another."))
            }
            Error::Store(store::Error::Cursor) => (
                400,
                "invalid-input",
                "The cursor is not one of this list",
                "Start without a cursor, or give the `next` of this list's page before, with the same filters.".to_owned(),
            ),
            Error::Store(store::Error::Stale(_)) => {
                (409, "busy-record", "Many are changing this at once", "Nothing was changed. Try again as Retry-After says.".to_owned())
            }
            Error::Store(store::Error::Busy(_)) => {
                (503, "busy", "The service is busy", "Try again as Retry-After says; with the same Idempotency-Key nothing is done twice.".to_owned())
            }
            Error::Store(store::Error::Replayed | store::Error::Corrupt(_) | store::Error::Failed(_)) | Error::Internal(_) => (
                500,
                "internal",
                "Something broke on our side",
                "It is logged under this request id; give the id to support.".to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_job_parks_says_why_by_what_went_wrong() {
        for (error, reason) in [
            (Error::Store(store::Error::Corrupt("a model".into())), Reason::Unreadable),
            (Error::Store(store::Error::NotFound), Reason::Missing),
            (Error::Refused(Refusal::NotFound), Reason::Missing),
            (Error::Refused(Refusal::conflict("amount_too_large", "an amount")), Reason::Values),
            (Error::Store(store::Error::Failed("ValidationException".into())), Reason::Failed),
            (Error::Internal("a defect".into()), Reason::Failed),
        ] {
            assert_eq!(error.parked(), reason, "{error}");
        }
    }
}
