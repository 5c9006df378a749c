//! One HTTP route: its types, who may call it, and what it may touch.

use std::marker::PhantomData;

use domain::access::Permission;
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::need::{COMMIT, Need, Needs};

/// Media type of what routes answer unless they say otherwise.
pub const JSON: &str = "application/json";

/// HTTP method of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Patch,
    Put,
    Delete,
}

impl Method {
    /// As it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without a token. Named as such in the template.
    Public,
    /// Whoever holds a role with this permission.
    Needs(Permission),
}

/// What a call does, and so which of the HTTP manners apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// Reads only.
    Nothing,
    /// Creates or moves something: `Idempotency-Key` is honoured.
    Acts,
    /// The same, and refused without `Idempotency-Key`: money, and runs of jobs.
    ActsOnce,
    /// Changes a state that the caller has read: `If-Match` is required.
    Changes,
    /// Writes, but a repeat is a new act by nature (a sign-in, a refresh): no key is kept, secrets would be in it.
    Signs,
}

/// All of a route but its types.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Name of the function, `<area>-<verb>[-<object>]`: binary, Lambda and sample event.
    pub name: &'static str,
    /// HTTP method.
    pub method: Method,
    /// Path with `{names}`.
    pub path: &'static str,
    /// One line for the docs.
    pub summary: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What a call does.
    pub writes: Writes,
    /// Status of a success.
    pub status: u16,
    /// Media type of a success.
    pub media: &'static str,
    /// What it touches beyond what its manners imply; see [`Spec::needs`].
    pub touches: &'static [Need],
}

impl Spec {
    /// The area that the function belongs to: its package under `functions/`.
    pub fn area(&self) -> &'static str {
        area(self.name)
    }

    /// All that the function may touch: its own list and what its manners imply.
    pub fn needs(&self) -> Needs {
        let mut needs: Needs = self.touches.iter().copied().collect();
        if self.access != Access::Public {
            needs.insert(Need::Update); // the rate limiter's one write
        }
        if self.writes != Writes::Nothing {
            needs.extend(COMMIT);
        }
        if matches!(self.writes, Writes::Acts | Writes::ActsOnce) {
            needs.insert(Need::Get); // the idempotency record
        }
        needs
    }

    /// Names in the path, in order.
    pub fn path_names(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

/// The area in a function's name.
pub(crate) fn area(name: &'static str) -> &'static str {
    name.split_once('-').map_or(name, |(area, _)| area)
}

/// A route with the types of its path, query, body and answer.
pub struct Route<P, Q, B, O> {
    /// All but the types.
    pub spec: Spec,
    types: PhantomData<fn(P, Q, B) -> O>,
}

impl<P, Q, B, O> Clone for Route<P, Q, B, O> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<P, Q, B, O> Copy for Route<P, Q, B, O> {}

impl<P, Q, B, O> Route<P, Q, B, O> {
    const fn new(method: Method, name: &'static str, path: &'static str, writes: Writes) -> Self {
        let access = Access::Public;
        Route {
            spec: Spec { name, method, path, summary: "", access, writes, status: 200, media: JSON, touches: &[] },
            types: PhantomData,
        }
    }

    /// A read. Public until [`Route::permission`] says otherwise; the tests hold the list of what may stay public.
    pub const fn get(name: &'static str, path: &'static str) -> Self {
        Self::new(Method::Get, name, path, Writes::Nothing)
    }

    /// Creates or moves something.
    pub const fn post(name: &'static str, path: &'static str) -> Self {
        Self::new(Method::Post, name, path, Writes::Acts)
    }

    /// Changes what the caller has read.
    pub const fn patch(name: &'static str, path: &'static str) -> Self {
        Self::new(Method::Patch, name, path, Writes::Changes)
    }

    /// One line for the docs.
    pub const fn summary(mut self, text: &'static str) -> Self {
        self.spec.summary = text;
        self
    }

    /// The permission that a caller's role must hold.
    pub const fn permission(mut self, permission: Permission) -> Self {
        self.spec.access = Access::Needs(permission);
        self
    }

    /// What a call does, where the method does not say it.
    pub const fn writes(mut self, writes: Writes) -> Self {
        self.spec.writes = writes;
        self
    }

    /// Answers 201.
    pub const fn created(mut self) -> Self {
        self.spec.status = 201;
        self
    }

    /// Answers a text of this media type instead of JSON; see `Answer::text`.
    pub const fn answers(mut self, media: &'static str) -> Self {
        self.spec.media = media;
        self
    }

    /// What the function touches beyond what its manners imply.
    pub const fn touches(mut self, needs: &'static [Need]) -> Self {
        self.spec.touches = needs;
        self
    }
}

/// A route as the generators see it: no types, but what is to be written about them.
pub struct Operation {
    /// All but the types.
    pub spec: Spec,
    /// Path and query parameters.
    pub parameters: Vec<Parameter>,
    /// Schema of the body, where there is one.
    pub body: Option<RefOr<Schema>>,
    /// Schema of the answer, where there is one.
    pub answer: Option<RefOr<Schema>>,
    /// Every named schema that the two refer to.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

impl<P: IntoParams, Q: IntoParams, B: ToSchema, O: ToSchema> Route<P, Q, B, O> {
    /// For the [`catalog`](crate::catalog()).
    pub fn operation(&self) -> Operation {
        let mut parameters = P::into_params(|| Some(ParameterIn::Path));
        parameters.extend(Q::into_params(|| Some(ParameterIn::Query)));
        let mut schemas = Vec::new();
        let body = named::<B>(&mut schemas);
        let answer = named::<O>(&mut schemas);
        Operation { spec: self.spec, parameters, body, answer, schemas }
    }
}

fn named<T: ToSchema + PartialSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) -> Option<RefOr<Schema>> {
    let name = T::name().into_owned();
    if name == "Nothing" {
        return None;
    }
    schemas.push((name.clone(), T::schema()));
    T::schemas(schemas);
    Some(RefOr::Ref(utoipa::openapi::Ref::from_schema_name(name)))
}

/// Neither path, query, body nor answer: an empty object, unknown fields refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A path without names.
pub type NoPath = Nothing;
/// A query without parameters.
pub type NoQuery = Nothing;
/// No body.
pub type NoBody = Nothing;
