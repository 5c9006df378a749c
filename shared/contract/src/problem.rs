//! Refusals, as RFC 9457 problem documents.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Media type of a problem document (RFC 9457, section 3).
pub const MEDIA_TYPE: &str = "application/problem+json";
/// Every `type` starts with this; the rest is stable and documented in `docs/api.md`.
pub const TYPE_BASE: &str = "https://steward.dev/problems/";

/// Why a request was refused, and what to do about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable name of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong here and what to do.
    pub detail: String,
    /// The request's id, as in the logs.
    pub request_id: String,
    /// The fields that are wrong, where the problem lies in the input.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// What to do.
    pub detail: String,
}
