//! Signed links, followed as somebody outside follows them.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::{Request, StatusCode, Uri};
use s3s::service::S3Service;

/// Uploads by a signed link.
///
/// # Errors
/// What is wrong with the link, or what kept the store from answering.
pub async fn put(service: &S3Service, link: &str, body: Bytes) -> Result<StatusCode, String> {
    let uri: Uri = link.parse().map_err(|e| format!("{link}: {e}"))?;
    let host = uri.authority().map(ToString::to_string).unwrap_or_default();
    let request = Request::put(uri).header(HOST, host).header(CONTENT_LENGTH, body.len());
    let request = request.body(s3s::Body::from(body)).map_err(|e| e.to_string())?;
    service.call(request).await.map(|response| response.status()).map_err(|e| format!("{e:?}"))
}
