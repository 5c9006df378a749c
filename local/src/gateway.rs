//! What API Gateway is in AWS: finds the route, asks the authorizer, calls the function.

use std::collections::BTreeMap;

use bytes::Bytes;
use contract::{Access, Spec};
use http::header::AUTHORIZATION;
use http::{Request, Response};
use runtime::{Call, Handler};

use crate::App;
use crate::embedded::Caller;
use crate::functions::Deployed;

/// Largest body that API Gateway passes on, in bytes; the functions refuse what is over their own limit.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

impl App {
    /// Answers a request as the deployed API does.
    pub async fn call(&self, request: Request<Bytes>) -> Response<Bytes> {
        let request_id = format!("req_{}", (self.parts().ids)().simple());
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        let Some((function, path_parameters)) = self.find(parts.method.as_str(), path) else {
            return turned_away(404, "Not Found");
        };
        let authorizer = &self.functions().authorizer;
        let claims = match function.handler.spec.access {
            Access::Public => None,
            Access::Needs(_) => match Caller::function(authorizer.handler.plumbing.name)
                .run(async { authorizer.handler.authorize(&authorizer.world, &parts.headers) })
                .await
            {
                Some(claims) => Some(claims),
                // The authorizer's identity source: without it, it is not even asked.
                None if parts.headers.get(AUTHORIZATION).is_none_or(|token| token.is_empty()) => {
                    return turned_away(401, "Unauthorized");
                }
                None => return turned_away(403, "Forbidden"),
            },
        };
        let caller = Caller::function(function.handler.spec.name);
        let caller = match &claims {
            Some(claims) => caller.confined_to(claims.tenant.to_string()),
            None => caller,
        };
        let call = Call {
            request_id,
            path: path.to_owned(),
            path_parameters,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body,
            source_ip: "127.0.0.1".to_owned(),
            claims,
        };
        let answer = caller.run(function.handler.answer(&function.world, call)).await;
        self.wake();
        respond(answer)
    }

    fn find(&self, method: &str, path: &str) -> Option<(&Deployed<Handler>, BTreeMap<String, String>)> {
        self.functions().routes.iter().find_map(|function| {
            let found = matches(&function.handler.spec, method, path)?;
            Some((function, found))
        })
    }
}

/// The names in a route's path with what stands there, if the route is meant.
fn matches(spec: &Spec, method: &str, path: &str) -> Option<BTreeMap<String, String>> {
    if spec.method.as_str() != method {
        return None;
    }
    let mut found = BTreeMap::new();
    let (mut wanted, mut given) = (spec.path.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(found),
            (Some(wanted), Some(given)) => match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !given.is_empty() => {
                    found.insert(name.to_owned(), given.to_owned());
                }
                None if wanted == given => {}
                _ => return None,
            },
            _ => return None,
        }
    }
}

/// What API Gateway says itself, when no function is called: an HTTP API's own answers cannot be worded.
fn turned_away(status: u16, message: &str) -> Response<Bytes> {
    let body = format!("{{\"message\":\"{message}\"}}");
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(body.into()).unwrap_or_default()
}

fn respond(answer: runtime::Response) -> Response<Bytes> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(answer.body.into()).unwrap_or_default()
}
