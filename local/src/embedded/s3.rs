//! The embedded S3: s3s speaks the protocol, `objects` keeps the bytes.
//! Why not `s3s-fs`: docs/decisions/0003-embedded-s3.md.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::response::IntoResponse;
use futures::StreamExt;
use s3s::auth::SimpleAuth;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::*;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3, S3Error, S3Request, S3Response, S3Result, s3_error};
use uuid::Uuid;

use super::checksums::{Declared, kept};
use super::objects::{Condition, Headers, Meta, ObjectError, Objects, hex};
use super::{ACCESS_KEY, SECRET_KEY};

/// The largest object here, bytes. S3 takes 5 GiB at once; a laptop holds them in memory.
pub const MAX_OBJECT_BYTES: usize = 256 * 1024 * 1024;
/// S3's own limit for every part but the last.
const MIN_PART_BYTES: usize = 5 * 1024 * 1024;
/// S3's own limit for a page of a listing.
const MAX_LISTED: i32 = 1_000;

/// The protocol in front of the objects kept in `folder`, with these buckets.
///
/// # Errors
/// When the folder cannot be read or holds something that is not an object.
pub fn service(folder: PathBuf, buckets: &[&str]) -> io::Result<S3Service> {
    let objects = Objects::open(folder)?;
    for bucket in buckets {
        objects.create_bucket(bucket)?;
    }
    let mut service = S3ServiceBuilder::new(Folder(Arc::new(objects)));
    service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    Ok(service.build())
}

/// The same service for processes and browsers outside.
pub fn router(service: S3Service) -> axum::Router {
    axum::Router::new().fallback(move |request: axum::extract::Request| {
        let service = service.clone();
        async move {
            match service.call(request.map(s3s::Body::http_body_unsync)).await {
                Ok(response) => response.map(axum::body::Body::new).into_response(),
                Err(_) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }
    })
}

/// The headers that a writer chose: the same fields in three inputs of s3s.
macro_rules! headers_of {
    ($input:ident) => {
        Headers {
            content_type: $input.content_type,
            content_disposition: $input.content_disposition,
            content_encoding: $input.content_encoding,
            content_language: $input.content_language,
            cache_control: $input.cache_control,
        }
    };
}

/// The checksums that a writer declared: the same fields in two inputs of s3s.
macro_rules! sums_of {
    ($input:ident) => {
        Checksum {
            checksum_crc32: $input.checksum_crc32,
            checksum_crc32c: $input.checksum_crc32c,
            checksum_crc64nvme: $input.checksum_crc64nvme,
            checksum_sha1: $input.checksum_sha1,
            checksum_sha256: $input.checksum_sha256,
            checksum_type: None,
        }
    };
}

#[derive(Clone)]
struct Folder(Arc<Objects>);

impl Folder {
    /// The store reads and writes files: not on the async threads.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Objects) -> Result<T, ObjectError> + Send + 'static,
    ) -> S3Result<T> {
        let objects = self.0.clone();
        let done = tokio::task::spawn_blocking(move || work(&objects)).await;
        done.map_err(S3Error::internal_error)?.map_err(S3Error::from)
    }

    fn upload(&self, id: &str) -> S3Result<PathBuf> {
        let id = Uuid::parse_str(id).map_err(|_| s3_error!(NoSuchUpload))?;
        Ok(self.0.upload(id)).and_then(|folder| match folder.is_dir() {
            true => Ok(folder),
            false => Err(s3_error!(NoSuchUpload)),
        })
    }
}

impl From<ObjectError> for S3Error {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::NoSuchBucket => s3_error!(NoSuchBucket),
            // As to whoever may not list the bucket, which no function may.
            ObjectError::NoSuchKey => s3_error!(AccessDenied),
            ObjectError::PreconditionFailed => s3_error!(PreconditionFailed),
            ObjectError::Io(error) => S3Error::internal_error(error),
        }
    }
}

fn ok<T>(output: T) -> S3Result<S3Response<T>> {
    Ok(S3Response::new(output))
}

#[async_trait::async_trait]
impl S3 for Folder {
    async fn create_bucket(&self, req: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        self.work(move |objects| Ok(objects.create_bucket(&req.input.bucket)?)).await?;
        ok(CreateBucketOutput::default())
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        match self.0.has_bucket(&req.input.bucket) {
            true => ok(HeadBucketOutput::default()),
            false => Err(s3_error!(NoSuchBucket)),
        }
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let mut input = req.input;
        let body = collect(input.body.take()).await?;
        let declared = Declared { md5: input.content_md5, sums: sums_of!(input) };
        let (etag, sums) = declared.with(req.trailing_headers).verify(&body)?;
        let meta = Meta {
            key: input.key,
            etag: etag.clone(),
            headers: headers_of!(input),
            user: input.metadata.unwrap_or_default(),
            checksums: kept(&sums),
            ..Meta::default()
        };
        let when = condition(input.if_match, input.if_none_match)?;
        self.work(move |objects| objects.put(&input.bucket, meta, &body, &when)).await?;
        ok(PutObjectOutput {
            e_tag: Some(ETag::Strong(etag)),
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            ..PutObjectOutput::default()
        })
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = req.input;
        let (meta, body) = self.work(move |objects| objects.get(&input.bucket, &input.key)).await?;
        let body = bytes::Bytes::from(body);
        let range = input.range.map(|range| range.check(meta.bytes)).transpose()?;
        let part = range.clone().unwrap_or(0..meta.bytes);
        let whole = range.is_none();
        let sum = |name| meta.checksums.get(name).filter(|_| whole).cloned();
        let position = |at: u64| usize::try_from(at).unwrap_or(body.len());
        let part_body = body.slice(position(part.start)..position(part.end));
        ok(GetObjectOutput {
            content_length: i64::try_from(part_body.len()).ok(),
            body: Some(StreamingBlob::from(s3s::Body::from(part_body))),
            content_range: range.map(|range| format!("bytes {}-{}/{}", range.start, range.end - 1, meta.bytes)),
            accept_ranges: Some("bytes".to_owned()),
            content_type: input.response_content_type.or(meta.headers.content_type),
            content_disposition: input.response_content_disposition.or(meta.headers.content_disposition),
            content_encoding: input.response_content_encoding.or(meta.headers.content_encoding),
            content_language: input.response_content_language.or(meta.headers.content_language),
            cache_control: input.response_cache_control.or(meta.headers.cache_control),
            checksum_crc32: sum("crc32"),
            checksum_crc32c: sum("crc32c"),
            checksum_crc64nvme: sum("crc64nvme"),
            checksum_sha1: sum("sha1"),
            checksum_sha256: sum("sha256"),
            e_tag: Some(ETag::Strong(meta.etag)),
            last_modified: meta.modified.map(Timestamp::from),
            metadata: Some(meta.user),
            ..GetObjectOutput::default()
        })
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let meta = self.0.head(&req.input.bucket, &req.input.key)?;
        ok(HeadObjectOutput {
            content_length: i64::try_from(meta.bytes).ok(),
            accept_ranges: Some("bytes".to_owned()),
            content_type: meta.headers.content_type,
            content_disposition: meta.headers.content_disposition,
            content_encoding: meta.headers.content_encoding,
            content_language: meta.headers.content_language,
            cache_control: meta.headers.cache_control,
            e_tag: Some(ETag::Strong(meta.etag)),
            last_modified: meta.modified.map(Timestamp::from),
            metadata: Some(meta.user),
            ..HeadObjectOutput::default()
        })
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.work(move |objects| objects.delete(&req.input.bucket, &req.input.key)).await?;
        ok(DeleteObjectOutput::default())
    }

    async fn delete_objects(&self, req: S3Request<DeleteObjectsInput>) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let DeleteObjectsInput { bucket, delete, .. } = req.input;
        let keys: Vec<_> = delete.objects.into_iter().map(|object| object.key).collect();
        let deleted =
            keys.iter().map(|key| DeletedObject { key: Some(key.clone()), ..DeletedObject::default() }).collect();
        self.work(move |objects| keys.iter().try_for_each(|key| objects.delete(&bucket, key))).await?;
        ok(DeleteObjectsOutput { deleted: Some(deleted), ..DeleteObjectsOutput::default() })
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        let input = req.input;
        let CopySource::Bucket { bucket, key, .. } = input.copy_source else {
            return Err(s3_error!(NotImplemented));
        };
        let replaced = input.metadata_directive.is_some_and(|way| way.as_str() == "REPLACE");
        let headers = headers_of!(input);
        let copied = self.work(move |objects| {
            let (mut meta, body) = objects.get(&bucket, &key)?;
            meta.key = input.key;
            if replaced {
                meta.headers = headers;
                meta.user = input.metadata.unwrap_or_default();
            }
            objects.put(&input.bucket, meta.clone(), &body, &Condition::Always)?;
            objects.head(&input.bucket, &meta.key)
        });
        let meta = copied.await?;
        ok(CopyObjectOutput {
            copy_object_result: Some(CopyObjectResult {
                e_tag: Some(ETag::Strong(meta.etag)),
                last_modified: meta.modified.map(Timestamp::from),
                ..CopyObjectResult::default()
            }),
            ..CopyObjectOutput::default()
        })
    }

    async fn list_objects_v2(&self, req: S3Request<ListObjectsV2Input>) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = req.input;
        let max = input.max_keys.unwrap_or(MAX_LISTED).clamp(0, MAX_LISTED);
        let after = input.continuation_token.clone().or(input.start_after.clone());
        let page = self.0.list(
            &input.bucket,
            input.prefix.as_deref().unwrap_or_default(),
            input.delimiter.as_deref(),
            &after.unwrap_or_default(),
            usize::try_from(max).unwrap_or_default(),
        )?;
        let contents = page.objects.into_iter().map(|meta| Object {
            key: Some(meta.key),
            size: i64::try_from(meta.bytes).ok(),
            e_tag: Some(ETag::Strong(meta.etag)),
            last_modified: meta.modified.map(Timestamp::from),
            ..Object::default()
        });
        let contents: Vec<_> = contents.collect();
        let prefixes = page.prefixes.into_iter().map(|prefix| CommonPrefix { prefix: Some(prefix) });
        let prefixes: Vec<_> = prefixes.collect();
        ok(ListObjectsV2Output {
            key_count: i32::try_from(contents.len() + prefixes.len()).ok(),
            max_keys: Some(max),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next,
            contents: Some(contents),
            common_prefixes: Some(prefixes),
            continuation_token: input.continuation_token,
            delimiter: input.delimiter,
            name: Some(input.bucket),
            prefix: input.prefix,
            start_after: input.start_after,
            ..ListObjectsV2Output::default()
        })
    }

    #[allow(clippy::disallowed_methods, reason = "the store gives uploads their ids, as S3 does")]
    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let input = req.input;
        if !self.0.has_bucket(&input.bucket) {
            return Err(s3_error!(NoSuchBucket));
        }
        let id = Uuid::now_v7();
        let meta = Meta {
            key: input.key.clone(),
            headers: headers_of!(input),
            user: input.metadata.unwrap_or_default(),
            ..Meta::default()
        };
        self.work(move |objects| {
            let folder = objects.upload(id);
            fs::create_dir_all(&folder)?;
            Ok(fs::write(folder.join("meta"), serde_json::to_vec(&meta).map_err(io::Error::from)?)?)
        })
        .await?;
        ok(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id.simple().to_string()),
            ..CreateMultipartUploadOutput::default()
        })
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let mut input = req.input;
        let folder = self.upload(&input.upload_id)?;
        let body = collect(input.body.take()).await?;
        let declared = Declared { md5: input.content_md5, sums: sums_of!(input) };
        let (etag, sums) = declared.with(req.trailing_headers).verify(&body)?;
        self.work(move |_| {
            let file = folder.join(input.part_number.to_string());
            let beside = file.with_extension("new");
            fs::write(&beside, &body)?;
            Ok(fs::rename(beside, file)?)
        })
        .await?;
        ok(UploadPartOutput {
            e_tag: Some(ETag::Strong(etag)),
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            ..UploadPartOutput::default()
        })
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = req.input;
        let folder = self.upload(&input.upload_id)?;
        let when = condition(input.if_match, input.if_none_match)?;
        let parts = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
        if parts.is_empty() || !parts.is_sorted_by_key(|part| part.part_number) {
            return Err(s3_error!(InvalidPartOrder));
        }
        let mut body = Vec::new();
        let mut sums = Vec::new();
        for (position, part) in parts.iter().enumerate() {
            let number = part.part_number.unwrap_or_default();
            let bytes = fs::read(folder.join(number.to_string())).map_err(|_| s3_error!(InvalidPart))?;
            let md5 = Md5::checksum(&bytes);
            if part.e_tag.as_ref().is_some_and(|etag| etag.value() != hex(md5)) {
                return Err(s3_error!(InvalidPart));
            }
            if bytes.len() < MIN_PART_BYTES && position + 1 < parts.len() {
                return Err(s3_error!(EntityTooSmall));
            }
            sums.extend_from_slice(&md5);
            body.extend_from_slice(&bytes);
        }
        let etag = format!("{}-{}", hex(Md5::checksum(&sums)), parts.len());
        let output = CompleteMultipartUploadOutput {
            bucket: Some(input.bucket.clone()),
            key: Some(input.key),
            e_tag: Some(ETag::Strong(etag.clone())),
            ..CompleteMultipartUploadOutput::default()
        };
        self.work(move |objects| {
            let meta = fs::read(folder.join("meta"))?;
            let meta: Meta = serde_json::from_slice(&meta).map_err(io::Error::from)?;
            objects.put(&input.bucket, Meta { etag, ..meta }, &body, &when)?;
            Ok(fs::remove_dir_all(folder)?)
        })
        .await?;
        ok(output)
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let folder = self.upload(&req.input.upload_id)?;
        self.work(move |_| Ok(fs::remove_dir_all(folder)?)).await?;
        ok(AbortMultipartUploadOutput::default())
    }
}

async fn collect(body: Option<StreamingBlob>) -> S3Result<Vec<u8>> {
    let mut body = body.ok_or_else(|| s3_error!(IncompleteBody))?;
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| s3_error!(IncompleteBody))?);
        if bytes.len() > MAX_OBJECT_BYTES {
            return Err(s3_error!(EntityTooLarge));
        }
    }
    Ok(bytes)
}

fn condition(holds: Option<ETagCondition>, absent: Option<ETagCondition>) -> S3Result<Condition> {
    match (holds, absent) {
        (None, None) => Ok(Condition::Always),
        (None, Some(ETagCondition::Any)) => Ok(Condition::Absent),
        (Some(ETagCondition::ETag(etag)), None) => Ok(Condition::Holds(etag.into_value())),
        _ => Err(s3_error!(NotImplemented)),
    }
}

#[cfg(test)]
mod tests;
