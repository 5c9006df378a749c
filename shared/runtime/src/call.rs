//! A request and its response, as the wrapper sees them, whoever brought them.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::HeaderMap;

use crate::tokens::Claims;

/// A request.
#[derive(Clone, Debug)]
pub struct Call {
    /// Id of the request, as in the logs.
    pub request_id: String,
    /// The path as it was asked for.
    pub path: String,
    /// Names in the route's path and what stood there.
    pub path_parameters: BTreeMap<String, String>,
    /// What stood behind the `?`.
    pub query: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// Where it came from.
    pub source_ip: String,
    /// What the authorizer found in the token; absent on public routes.
    pub claims: Option<Claims>,
}

impl Call {
    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A response: status, headers in lower case, and a JSON text.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// Body; empty with 204.
    pub body: String,
}
