use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::*;
use crate::clock::MovableClock;
use crate::embedded::bus::Bus;
use crate::embedded::dynamo::Dynamo;
use crate::embedded::{Seam, no_retries};

const BUCKET: &str = "files";
const ENDPOINT: &str = "http://localhost:8001";

fn client(folder: &Path) -> Client {
    let service = service(folder.to_owned(), &[BUCKET]).expect("a service");
    let bus = Bus::in_memory(MovableClock::real());
    let dynamo = Dynamo::in_memory().expect("a database");
    Seam::new(dynamo, service, bus).clients(ENDPOINT, no_retries()).s3
}

async fn put(s3: &Client, key: &str, body: impl Into<ByteStream>) {
    let put = s3.put_object().bucket(BUCKET).key(key).body(body.into());
    put.send().await.expect("put");
}

async fn get(s3: &Client, key: &str) -> Option<(String, Vec<u8>)> {
    let got = s3.get_object().bucket(BUCKET).key(key).send().await;
    let got = match got {
        Ok(got) => got,
        Err(error) if error.code() == Some("AccessDenied") => return None,
        Err(error) => panic!("{error:?}"),
    };
    let etag = got.e_tag().unwrap_or_default().trim_matches('"').to_owned();
    // Collecting also makes the SDK compare the checksum that the writer declared.
    let body = got.body.collect().await.expect("a whole body");
    Some((etag, body.to_vec()))
}

/// Each writer's body is of its own letter and length, so a mixture of two shows.
fn body_of(writer: u8) -> Vec<u8> {
    vec![b'a' + writer; 1_000 * (usize::from(writer) + 1)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_writers_never_lose_tear_or_mix_an_object() {
    let folder = tempfile::tempdir().expect("a folder");
    let s3 = client(folder.path());
    let writers = (0..8).map(|writer| {
        let s3 = s3.clone();
        tokio::spawn(async move {
            for round in 0..20 {
                let own = format!("own/{writer}/{round}");
                put(&s3, &own, body_of(writer)).await;
                put(&s3, "same", body_of(writer)).await;
                let (_, mine) = get(&s3, &own).await.expect("what I wrote");
                assert_eq!(mine, body_of(writer));
                let (etag, body) = get(&s3, "same").await.expect("what somebody wrote");
                assert_eq!(body, body_of(body[0] - b'a'));
                assert_eq!(etag, hex(Md5::checksum(&body)));
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("a writer");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn if_none_match_has_exactly_one_winner() {
    let folder = tempfile::tempdir().expect("a folder");
    let s3 = client(folder.path());
    for round in 0..20 {
        let writers = (0..8).map(|writer| {
            let put = s3.put_object().bucket(BUCKET).key(format!("once/{round}"));
            let put = put.if_none_match("*").body(body_of(writer).into());
            tokio::spawn(async move { put.send().await })
        });
        let mut winners = 0;
        for writer in writers.collect::<Vec<_>>() {
            match writer.await.expect("a writer") {
                Ok(_) => winners += 1,
                Err(error) => assert_eq!(error.code(), Some("PreconditionFailed")),
            }
        }
        assert_eq!(winners, 1);
    }
}

#[tokio::test]
async fn a_restart_finds_every_object_and_no_half_written_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let s3 = client(folder.path());
    let put = s3.put_object().bucket(BUCKET).key("kept").content_type("text/plain");
    put.metadata("by", "me").body(ByteStream::from_static(b"kept")).send().await.expect("put");
    // What a process leaves that was killed in the middle of a write.
    fs::write(folder.path().join(".beside").join("99"), b"hal").expect("written");
    let s3 = client(folder.path());
    let head = s3.head_object().bucket(BUCKET).key("kept").send().await.expect("there");
    assert_eq!(head.content_type(), Some("text/plain"));
    assert_eq!(head.metadata().and_then(|user| user.get("by")).map(String::as_str), Some("me"));
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await.expect("listed");
    assert_eq!(listed.contents().len(), 1);
    assert_eq!(fs::read_dir(folder.path().join(".beside")).expect("a folder").count(), 0);
}

#[tokio::test]
async fn a_body_that_is_not_what_was_declared_is_not_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let s3 = client(folder.path());
    let put = s3.put_object().bucket(BUCKET).key("bad").body(ByteStream::from_static(b"xyz"));
    let error = put.content_md5("1B2M2Y8AsgTpgAmY7PhCfg==").send().await.expect_err("refused");
    assert_eq!(error.code(), Some("BadDigest"));
    assert_eq!(get(&s3, "bad").await, None);
}

#[tokio::test]
async fn any_key_is_a_key_and_none_is_a_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let s3 = client(folder.path());
    let long = "x".repeat(1_024);
    for key in ["a", "a/b", "a/b/c", "../../etc/passwd", "ü &?=+%20", &long] {
        put(&s3, key, key.as_bytes().to_vec()).await;
    }
    for key in ["a", "a/b", "a/b/c", "../../etc/passwd", "ü &?=+%20", &long] {
        assert_eq!(get(&s3, key).await.expect("there").1, key.as_bytes());
    }
    s3.delete_object().bucket(BUCKET).key("a").send().await.expect("deleted");
    assert_eq!(get(&s3, "a").await, None);
    assert!(get(&s3, "a/b").await.is_some());
}

#[tokio::test]
async fn ranges_are_cut_and_impossible_ones_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let s3 = client(folder.path());
    put(&s3, "digits", ByteStream::from_static(b"0123456789")).await;
    let cut = async |range: &str| {
        let got = s3.get_object().bucket(BUCKET).key("digits").range(range).send().await?;
        let described = got.content_range().unwrap_or_default().to_owned();
        let body = got.body.collect().await.expect("a body").to_vec();
        Ok::<_, aws_sdk_s3::Error>((described, String::from_utf8(body).expect("text")))
    };
    let part = |range: &str, text: &str| (format!("bytes {range}/10"), text.to_owned());
    assert_eq!(cut("bytes=2-4").await.expect("cut"), part("2-4", "234"));
    assert_eq!(cut("bytes=8-").await.expect("cut"), part("8-9", "89"));
    assert_eq!(cut("bytes=-3").await.expect("cut"), part("7-9", "789"));
    assert_eq!(cut("bytes=10-").await.expect_err("refused").code(), Some("InvalidRange"));
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repeat() {
    let folder = tempfile::tempdir().expect("a folder");
    let s3 = client(folder.path());
    for number in 0..7 {
        put(&s3, &format!("t/a/{number}"), ByteStream::from_static(b"x")).await;
        put(&s3, &format!("t/{number}"), ByteStream::from_static(b"x")).await;
    }
    put(&s3, "u", ByteStream::from_static(b"x")).await;
    for (delimiter, expected) in [(None, 14), (Some("/"), 8)] {
        let mut names = Vec::new();
        let mut token = None;
        loop {
            let list = s3.list_objects_v2().bucket(BUCKET).prefix("t/").max_keys(3);
            let list = list.set_delimiter(delimiter.map(str::to_owned));
            let page = list.set_continuation_token(token).send().await.expect("a page");
            names.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
            names.extend(page.common_prefixes().iter().filter_map(|at| at.prefix().map(str::to_owned)));
            token = page.next_continuation_token().map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        assert_eq!(names.len(), expected, "{names:?}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), expected, "{names:?}");
    }
}

#[tokio::test]
async fn parts_become_one_object() {
    let folder = tempfile::tempdir().expect("a folder");
    let s3 = client(folder.path());
    let upload = s3.create_multipart_upload().bucket(BUCKET).key("big").content_type("a/b");
    let upload = upload.send().await.expect("begun").upload_id.expect("an id");
    let bodies = [vec![1; MIN_PART_BYTES], vec![2; 10]];
    let mut done = CompletedMultipartUpload::builder();
    for (number, body) in (1..).zip(&bodies) {
        let part = s3.upload_part().bucket(BUCKET).key("big").upload_id(&upload);
        let part = part.part_number(number).body(body.clone().into()).send().await.expect("a part");
        let part = CompletedPart::builder().part_number(number).set_e_tag(part.e_tag);
        done = done.parts(part.build());
    }
    let complete = s3.complete_multipart_upload().bucket(BUCKET).key("big").upload_id(&upload);
    complete.multipart_upload(done.build()).send().await.expect("completed");
    let (etag, body) = get(&s3, "big").await.expect("there");
    assert!(etag.ends_with("-2"), "{etag}");
    assert_eq!(body, bodies.concat());
    let again = s3.abort_multipart_upload().bucket(BUCKET).key("big").upload_id(&upload);
    assert_eq!(again.send().await.expect_err("gone").code(), Some("NoSuchUpload"));
}

#[tokio::test]
async fn a_copy_onto_itself_keeps_the_bytes_and_changes_the_headers() {
    let folder = tempfile::tempdir().expect("a folder");
    let s3 = client(folder.path());
    put(&s3, "it", ByteStream::from_static(b"bytes")).await;
    let copy = s3.copy_object().bucket(BUCKET).key("it").copy_source("files/it");
    let copy = copy.metadata_directive(aws_sdk_s3::types::MetadataDirective::Replace);
    copy.content_type("text/css").send().await.expect("copied");
    let head = s3.head_object().bucket(BUCKET).key("it").send().await.expect("there");
    assert_eq!(head.content_type(), Some("text/css"));
    assert_eq!(get(&s3, "it").await.expect("there").1, b"bytes");
}

#[tokio::test]
async fn a_presigned_link_opens_for_anyone_and_a_forged_one_for_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let s3 = client(folder.path());
    put(&s3, "report", ByteStream::from_static(b"figures")).await;
    let get = s3.get_object().bucket(BUCKET).key("report");
    let get = get.response_content_disposition("attachment");
    let soon = PresigningConfig::expires_in(Duration::from_secs(60)).expect("a minute");
    let link = get.presigned(soon).await.expect("signed").uri().to_owned();
    assert!(link.starts_with(ENDPOINT), "{link}");

    let service = service(folder.path().to_owned(), &[]).expect("a service");
    let open = async |link: String| {
        let request = http::Request::get(&link).header("host", "localhost:8001");
        let request = request.body(s3s::Body::empty()).expect("a request");
        service.call(request).await.expect("an answer")
    };
    let opened = open(link.clone()).await;
    assert_eq!(opened.status(), 200);
    assert_eq!(opened.headers()["content-disposition"], "attachment");
    assert_eq!(open(link.replace("report", "secret")).await.status(), 403);
    let unsigned = link.split('?').next().unwrap_or_default().to_owned();
    assert_eq!(open(unsigned).await.status(), 403);
}
