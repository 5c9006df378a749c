//! Whether the bytes that arrived are the bytes that were sent.

use std::collections::BTreeMap;

use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::Checksum;
use s3s::{S3Result, TrailingHeaders, s3_error};

use super::objects::hex;

/// What the writer says its bytes add up to.
pub(super) struct Declared {
    pub(super) md5: Option<String>,
    pub(super) sums: Checksum,
}

impl Declared {
    /// A streamed body declares its sums after itself.
    pub(super) fn with(mut self, trailers: Option<TrailingHeaders>) -> Self {
        let trailers = trailers.and_then(|trailers| trailers.take()).unwrap_or_default();
        let trailer = |name: &str| Some(trailers.get(name)?.to_str().ok()?.to_owned());
        let sums = &mut self.sums;
        for (sum, name) in [
            (&mut sums.checksum_crc32, "x-amz-checksum-crc32"),
            (&mut sums.checksum_crc32c, "x-amz-checksum-crc32c"),
            (&mut sums.checksum_crc64nvme, "x-amz-checksum-crc64nvme"),
            (&mut sums.checksum_sha1, "x-amz-checksum-sha1"),
            (&mut sums.checksum_sha256, "x-amz-checksum-sha256"),
        ] {
            *sum = sum.take().or_else(|| trailer(name));
        }
        self
    }

    /// The entity tag and the sums, when the bytes are what was declared.
    pub(super) fn verify(self, body: &[u8]) -> S3Result<(String, Checksum)> {
        let mut hasher = ChecksumHasher {
            crc32: self.sums.checksum_crc32.as_ref().map(|_| Default::default()),
            crc32c: self.sums.checksum_crc32c.as_ref().map(|_| Default::default()),
            crc64nvme: self.sums.checksum_crc64nvme.as_ref().map(|_| Default::default()),
            sha1: self.sums.checksum_sha1.as_ref().map(|_| Default::default()),
            sha256: self.sums.checksum_sha256.as_ref().map(|_| Default::default()),
        };
        hasher.update(body);
        let sums = hasher.finalize();
        let md5 = Md5::checksum(body);
        let as_declared = kept(&sums) == kept(&self.sums)
            && self.md5.is_none_or(|declared| declared == aws_smithy_types::base64::encode(md5));
        match as_declared {
            true => Ok((hex(md5), sums)),
            false => Err(s3_error!(BadDigest)),
        }
    }
}

/// The sums that are there, by name.
pub(super) fn kept(sums: &Checksum) -> BTreeMap<String, String> {
    let named = [
        ("crc32", &sums.checksum_crc32),
        ("crc32c", &sums.checksum_crc32c),
        ("crc64nvme", &sums.checksum_crc64nvme),
        ("sha1", &sums.checksum_sha1),
        ("sha256", &sums.checksum_sha256),
    ];
    let declared = named.into_iter().filter_map(|(name, sum)| Some((name.to_owned(), sum.clone()?)));
    declared.collect()
}
