//! The way of every request: claims, rate limit, permission, replay, decoding, handler, transaction, problem, log line.

use contract::route::JSON;
use contract::{Access, MAX_BODY_BYTES, Spec, Writes};
use domain::error::Refusal;
use domain::ids::UserId;
use jiff::Timestamp;
use store::idempotency::{KEPT, KEPT_OF_MONEY, Use};
use store::keys::{Scope, digest};
use store::rate::Verdict;
use store::{Commit, Stamp};
use tokio::time::Instant;
use tracing::Instrument;

use crate::call::{Call, Response};
use crate::context::{Cx, PublicCx};
use crate::error::{Error, Result};
use crate::handler::{AnyCx, Handler, Prepared};
use crate::tries::Pauses;
use crate::world::World;

/// Longest `Idempotency-Key`, in characters.
const MAX_KEY: usize = 255;

impl Handler {
    /// Answers a request.
    pub async fn answer(&self, world: &World, call: Call) -> Response {
        let started = Instant::now();
        let span = tracing::info_span!(
            "request",
            function = self.spec.name,
            request_id = call.request_id,
            tenant = call.claims.as_ref().map(|claims| claims.tenant.to_string()),
            user = call.claims.as_ref().map(|claims| claims.user.to_string()),
        );
        let done = self.pass(world, &call).instrument(span.clone()).await;
        let (response, error) = match done {
            Ok(response) => (response, None),
            Err(error) => (refusal(&error, &call.request_id), Some(error)),
        };
        let ms = started.elapsed().as_secs_f64() * 1_000.0;
        crate::log::request(&span, &self.spec, response.status, ms, error.as_ref());
        response
    }

    async fn pass(&self, world: &World, call: &Call) -> Result<Response> {
        let spec = &self.spec;
        let now = world.now();
        let mut pauses = Pauses::new(world);
        let cx = loop {
            match self.context(world, call, now).await {
                Err(error) if error.is_passing() && pauses.pause().await => {}
                done => break done?,
            }
        };
        if call.body.len() > MAX_BODY_BYTES {
            let detail =
                format!("The body has {} bytes; at most {MAX_BODY_BYTES} are taken. Split it.", call.body.len());
            return Err(Error::Request { status: 413, kind: "too-large", detail, errors: Vec::new() });
        }
        let key = idempotency_key(spec, call)?;
        loop {
            match self.attempt(world, call, cx.again(), key.as_ref(), now).await {
                // The store was busy, somebody else wrote first, or used this very key: read again and decide again.
                Err(error) if error.is_passing() || matches!(error, Error::Store(store::Error::Replayed)) => {
                    if !pauses.pause().await {
                        return Err(error);
                    }
                }
                done => return done,
            }
        }
    }

    /// Who is calling, whether they may, and not too often.
    async fn context(&self, world: &World, call: &Call, now: Timestamp) -> Result<AnyCx> {
        let Access::Needs(permission) = self.spec.access else {
            let (store, world) = (world.store.clone(), world.clone());
            let (source_ip, request) = (call.source_ip.clone(), (world.ids)());
            return Ok(AnyCx::Public(PublicCx { now, store, world, source_ip, request }));
        };
        let claims = call
            .claims
            .as_ref()
            .ok_or(Error::Unauthenticated("Sign in and send the access token as Authorization: Bearer …"))?;
        let store = world.store.for_tenant(claims.tenant);
        match store.count_call(&claims.user.to_string(), world.config.calls, now).await? {
            Verdict::Allowed => {}
            Verdict::Wait(wait) => return Err(Error::TooMany(wait)),
            Verdict::Ended => return Err(Error::Unauthenticated("Your access has ended. Ask an owner at your MSP.")),
        }
        if !claims.role.may(permission) {
            let detail = format!("The role {} may not do this. Ask an owner for another role.", claims.role);
            return Err(Error::Refused(Refusal::forbidden(detail)));
        }
        let if_match = if self.spec.writes == Writes::Changes { Some(if_match(call)?) } else { None };
        let (actor, session, world) = (claims.actor(), claims.session, world.clone());
        let key = idempotency_key(&self.spec, call)?.map(|key| format!("{}#{}", key.who, digest([key.key.as_bytes()])));
        let stamp = self.stamp(&world, call, now, Some(claims.user));
        Ok(AnyCx::Signed(Cx { now, actor, session, store, world, if_match, key, stamp }))
    }

    /// How what this request writes is stamped.
    fn stamp(&self, world: &World, call: &Call, now: Timestamp, actor: Option<UserId>) -> Stamp {
        let actor = actor.map_or_else(|| "public".to_owned(), |user| user.to_string());
        Stamp { now, ids: world.ids.clone(), actor, function: self.spec.name, request: call.request_id.clone() }
    }

    /// Replay, or load, decide and commit: once.
    async fn attempt(
        &self,
        world: &World,
        call: &Call,
        cx: AnyCx,
        key: Option<&Use>,
        now: Timestamp,
    ) -> Result<Response> {
        if let Some(key) = key
            && let Some(kept) = world.store.kept_answer(scope_of(call), key, now).await?
        {
            let same = kept.request == key.request;
            return if same { Ok(success(&self.spec, kept.etag, kept.body, true)) } else { Err(Error::KeyReused) };
        }
        let Prepared { commit, by, etag, body } = (self.run)(cx, call).await?;
        // What changed nothing is kept too: by the time of a repeat it might change something.
        let commit = commit.or_else(|| {
            let claims = call.claims.as_ref().filter(|_| key.is_some() && body.is_ok())?;
            Some(world.store.for_tenant(claims.tenant).commit())
        });
        if let Some(commit) = commit {
            let commit: Commit = match (key, &body) {
                (Some(key), Ok(body)) => {
                    commit.keep_answer_in(scope_of(call), key, self.spec.status, etag.clone(), body.clone(), now)
                }
                _ => commit,
            };
            let actor = call.claims.as_ref().map(|claims| claims.user).or(by);
            world.store.write(commit, &self.stamp(world, call, now, actor)).await?;
        }
        Ok(success(&self.spec, etag, body?, false))
    }
}

fn scope_of(call: &Call) -> Scope {
    call.claims.as_ref().map_or(Scope::Platform, |claims| Scope::Tenant(claims.tenant))
}

impl AnyCx {
    fn again(&self) -> AnyCx {
        match self {
            AnyCx::Signed(cx) => AnyCx::Signed(cx.clone()),
            AnyCx::Public(cx) => AnyCx::Public(cx.clone()),
        }
    }
}

/// The revision in `If-Match`.
fn if_match(call: &Call) -> Result<u64> {
    let tag = call.header("if-match").ok_or(Error::MatchRequired)?;
    // Something that was never one of our tags cannot be the current one.
    tag.trim().trim_start_matches("W/").trim_matches('"').parse().map_err(|_| Error::MatchFailed)
}

fn idempotency_key(spec: &Spec, call: &Call) -> Result<Option<Use>> {
    let wanted = matches!(spec.writes, Writes::Acts | Writes::ActsOnce);
    let Some(key) = call.header("idempotency-key").filter(|_| wanted) else {
        if spec.writes == Writes::ActsOnce {
            let detail =
                "Send an Idempotency-Key, a new UUID for each new request, so that a repeat does nothing twice."
                    .to_owned();
            return Err(Error::Request { status: 400, kind: "idempotency-key-required", detail, errors: Vec::new() });
        }
        return Ok(None);
    };
    if key.is_empty() || key.len() > MAX_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let detail = format!("Give an Idempotency-Key of 1 to {MAX_KEY} visible ASCII characters; a UUID is best.");
        return Err(Error::Request { status: 400, kind: "idempotency-key-invalid", detail, errors: Vec::new() });
    }
    let request = digest([call.path.as_bytes(), call.query.as_bytes(), &call.body]);
    let who = call.claims.as_ref().map_or_else(|| "-".to_owned(), |claims| claims.user.to_string());
    let kept = if spec.writes == Writes::ActsOnce { KEPT_OF_MONEY } else { KEPT };
    Ok(Some(Use { function: spec.name, who, key: key.to_owned(), request, kept }))
}

/// A page is words and their look.
const ONLY_STYLE: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

fn success(spec: &Spec, etag: Option<String>, body: String, replayed: bool) -> Response {
    let mut headers = vec![("content-type", spec.media.to_owned()), ("cache-control", "no-store".to_owned())];
    if spec.media != JSON {
        // What a browser may show: no script, nothing from elsewhere, in nobody's frame, and its address told to nobody.
        headers.push(("content-security-policy", ONLY_STYLE.to_owned()));
        headers.push(("x-content-type-options", "nosniff".to_owned()));
        headers.push(("referrer-policy", "no-referrer".to_owned()));
    }
    headers.extend(etag.map(|etag| ("etag", etag)));
    if replayed {
        headers.push(("idempotent-replayed", "true".to_owned()));
    }
    Response { status: spec.status, headers, body }
}

/// A refusal as a response.
fn refusal(error: &Error, request_id: &str) -> Response {
    let problem = error.problem(request_id);
    let mut headers =
        vec![("content-type", contract::problem::MEDIA_TYPE.to_owned()), ("cache-control", "no-store".to_owned())];
    headers.extend(error.retry_after_s().map(|seconds| ("retry-after", seconds.to_string())));
    if problem.status == 401 {
        headers.push(("www-authenticate", "Bearer".to_owned()));
    }
    let body = serde_json::to_string(&problem).unwrap_or_default();
    Response { status: problem.status, headers, body }
}
