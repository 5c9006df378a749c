//! A route and what it does, boxed once: everything around it is compiled once and not for every function.

use std::collections::BTreeMap;
use std::future::Future;

use contract::problem::FieldProblem;
use contract::{Access, Route, Spec};
use domain::ids::UserId;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer};
use store::Commit;

use crate::answer::Answer;
use crate::call::Call;
use crate::context::{Cx, PublicCx};
use crate::error::{Error, Result};

/// What came in, decoded.
#[derive(Debug)]
pub struct In<P, Q, B> {
    /// From the path.
    pub path: P,
    /// From behind the `?`.
    pub query: Q,
    /// The body.
    pub body: B,
}

/// The context, before it is known to be a caller's or the public's.
#[allow(clippy::large_enum_variant, reason = "there is one a request, and it is passed on at once")]
pub(crate) enum AnyCx {
    Signed(Cx),
    Public(PublicCx),
}

pub(crate) struct Prepared {
    pub(crate) commit: Option<Commit>,
    pub(crate) by: Option<UserId>,
    pub(crate) etag: Option<String>,
    pub(crate) body: Result<String>,
}

type Run = Box<dyn for<'a> Fn(AnyCx, &'a Call) -> BoxFuture<'a, Result<Prepared>> + Send + Sync>;

/// A request as it came in, for what is signed: a signature is over bytes and not over what they mean.
#[derive(Clone, Debug)]
pub struct Raw {
    /// Headers.
    pub headers: http::HeaderMap,
    /// Body.
    pub body: bytes::Bytes,
}

/// A route and what it does.
pub struct Handler {
    /// The route, without its types.
    pub spec: Spec,
    pub(crate) run: Run,
}

impl Handler {
    /// For a route that somebody must be signed in for.
    ///
    /// # Panics
    /// When the route is public: a defect that every test meets.
    pub fn new<P, Q, B, O, F, Fut>(route: Route<P, Q, B, O>, handle: F) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        Q: DeserializeOwned + Send + 'static,
        B: DeserializeOwned + Send + 'static,
        O: Serialize + 'static,
        F: Fn(Cx, In<P, Q, B>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Answer<O>>> + Send + 'static,
    {
        assert!(route.spec.access != Access::Public, "{} is public: use Handler::public", route.spec.name);
        let run: Run = Box::new(move |cx, call| match cx {
            AnyCx::Signed(cx) => answering(decode(call).map(|input| handle(cx, input))),
            AnyCx::Public(_) => answering::<O, Fut>(Err(Error::Internal("a public context on a closed route".into()))),
        });
        Handler { spec: route.spec, run }
    }

    /// For a public route.
    ///
    /// # Panics
    /// When the route is not public: a defect that every test meets.
    pub fn public<P, Q, B, O, F, Fut>(route: Route<P, Q, B, O>, handle: F) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        Q: DeserializeOwned + Send + 'static,
        B: DeserializeOwned + Send + 'static,
        O: Serialize + 'static,
        F: Fn(PublicCx, In<P, Q, B>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Answer<O>>> + Send + 'static,
    {
        Handler::open(route, move |cx, call| decode(call).map(|input| handle(cx, input)))
    }

    /// For a public route whose body is signed: the handler gets it as it came in.
    ///
    /// # Panics
    /// When the route is not public: a defect that every test meets.
    pub fn raw<P, Q, B, O, F, Fut>(route: Route<P, Q, B, O>, handle: F) -> Self
    where
        O: Serialize + 'static,
        F: Fn(PublicCx, Raw) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Answer<O>>> + Send + 'static,
    {
        Handler::open(route, move |cx, call| {
            Ok(handle(cx, Raw { headers: call.headers.clone(), body: call.body.clone() }))
        })
    }

    fn open<P, Q, B, O, Fut>(
        route: Route<P, Q, B, O>,
        handle: impl Fn(PublicCx, &Call) -> Result<Fut> + Send + Sync + 'static,
    ) -> Self
    where
        O: Serialize + 'static,
        Fut: Future<Output = Result<Answer<O>>> + Send + 'static,
    {
        assert!(route.spec.access == Access::Public, "{} is not public: use Handler::new", route.spec.name);
        let run: Run = Box::new(move |cx, call| match cx {
            AnyCx::Public(cx) => answering(handle(cx, call)),
            AnyCx::Signed(_) => {
                answering::<O, Fut>(Err(Error::Internal("a caller's context on a public route".into())))
            }
        });
        Handler { spec: route.spec, run }
    }
}

/// What a handler begins to answer, or why it could not begin.
fn answering<O, Fut>(begun: Result<Fut>) -> BoxFuture<'static, Result<Prepared>>
where
    O: Serialize + 'static,
    Fut: Future<Output = Result<Answer<O>>> + Send + 'static,
{
    match begun {
        Ok(answer) => Box::pin(async move { prepare(answer.await?) }),
        Err(error) => Box::pin(async move { Err(error) }),
    }
}

fn prepare<O: Serialize>(answer: Answer<O>) -> Result<Prepared> {
    let json = |body| serde_json::to_string(&body).map_err(|e| Error::Internal(e.to_string()));
    let Answer { commit, by, rev, text, body } = answer;
    let body = body.and_then(|body| text.map_or_else(|| json(body), Ok));
    Ok(Prepared { commit, by, etag: rev.map(|rev| format!("\"{rev}\"")), body })
}

fn decode<P: DeserializeOwned, Q: DeserializeOwned, B: DeserializeOwned>(call: &Call) -> Result<In<P, Q, B>> {
    // An id in the path that is not one names nothing: 404, like any other that does not exist.
    let path = from_texts::<P>(&call.path_parameters).map_err(|_| Error::not_found())?;
    let query = decode_query(&call.query)?;
    let body = decode_body(call)?;
    Ok(In { path, query, body })
}

fn from_texts<T: DeserializeOwned>(texts: &BTreeMap<String, String>) -> Result<T, serde::de::value::Error> {
    T::deserialize(
        texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<BTreeMap<_, _>>().into_deserializer(),
    )
}

fn decode_query<Q: DeserializeOwned>(query: &str) -> Result<Q> {
    let pairs = serde_urlencoded::Deserializer::new(form_pairs(query));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let name = error.path().to_string();
        let pointer = if name == "." { "?".to_owned() } else { format!("?{name}") };
        Error::field(pointer, format!("the query cannot be read: {}", error.inner()))
    })
}

fn form_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

fn decode_body<B: DeserializeOwned>(call: &Call) -> Result<B> {
    let empty = call.body.iter().all(u8::is_ascii_whitespace);
    let bytes: &[u8] = if empty { b"{}" } else { &call.body };
    let media = call.header("content-type").unwrap_or("application/json");
    if !empty && !media.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json")) {
        let detail = "Send the body as JSON with Content-Type: application/json.".to_owned();
        return Err(Error::Request { status: 415, kind: "unsupported-media-type", detail, errors: Vec::new() });
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        let why = error.inner();
        let kind = if why.is_data() { "invalid-input" } else { "not-json" };
        let detail = format!("The body cannot be read: {why}.");
        Error::Request { status: 400, kind, detail, errors: vec![FieldProblem { pointer, detail: why.to_string() }] }
    })?;
    json.end().map_err(|why| Error::Request {
        status: 400,
        kind: "not-json",
        detail: format!("The body goes on behind its JSON value: {why}."),
        errors: Vec::new(),
    })?;
    Ok(body)
}

/// RFC 6901 for where the decoder stood.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}
