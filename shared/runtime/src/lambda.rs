//! The `main` of every function.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::apigw::ApiGatewayV2CustomAuthorizerV2Request;
use aws_lambda_events::eventbridge::EventBridgeEvent;
use contract::need::Needs;
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json};
use store::events::Envelope;

use crate::call::{Call, Response};
use crate::handler::Handler;
use crate::jobs::{JobHandler, JobInput};
use crate::plumbing::{AuthorizerHandler, StreamHandler, from_context, to_context};
use crate::reactions::ReactionHandler;
use crate::world::World;

/// What `main` returns.
pub type Exit = Result<(), lambda_runtime::Error>;

/// Runs a future to its end on one thread: a function answers one request at a time.
fn block_on(run: impl Future<Output = Exit>) -> Exit {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run)
}

async fn start(area: &'static str, needs: &Needs) -> Result<Arc<World>, lambda_runtime::Error> {
    crate::log::start(area, crate::world::stage())?;
    Ok(Arc::new(World::from_env(needs).await?))
}

/// Serves a route.
///
/// # Errors
/// When the function cannot start.
pub fn serve(handler: Handler) -> Exit {
    block_on(async {
        let world = start(handler.spec.area(), &handler.spec.needs()).await?;
        let handler = Arc::new(handler);
        lambda_http::run(lambda_http::service_fn(move |request: lambda_http::Request| {
            let (world, handler) = (world.clone(), handler.clone());
            async move {
                let response = handler.answer(&world, call_of(request)).await;
                crate::log::flush();
                http_of(response)
            }
        }))
        .await
    })
}

fn call_of(request: lambda_http::Request) -> Call {
    let path_parameters = request.path_parameters();
    let path_parameters = path_parameters.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let (request_id, source_ip, claims) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => (
            context.request_id.clone(),
            context.http.source_ip.clone(),
            context.authorizer.as_ref().and_then(|authorizer| from_context(&authorizer.fields)),
        ),
        _ => (None, None, None),
    };
    let (parts, body) = request.into_parts();
    Call {
        request_id: request_id.unwrap_or_default(),
        path: parts.uri.path().to_owned(),
        path_parameters,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: match body {
            Body::Text(text) => text.into(),
            Body::Binary(bytes) => bytes.into(),
            _ => bytes::Bytes::new(),
        },
        source_ip: source_ip.unwrap_or_default(),
        claims,
    }
}

fn http_of(response: Response) -> Result<lambda_http::Response<String>, lambda_runtime::Error> {
    let mut http = lambda_http::Response::builder().status(response.status);
    for (name, value) in response.headers {
        http = http.header(name, value);
    }
    Ok(http.body(response.body)?)
}

/// Serves a job.
///
/// # Errors
/// When the function cannot start.
pub fn serve_job(handler: JobHandler) -> Exit {
    block_on(async {
        let world = start(handler.job.area(), &handler.job.needs()).await?;
        let handler = &handler;
        lambda_runtime::run(service_fn(move |event: LambdaEvent<JobInput>| {
            let world = world.clone();
            async move {
                let (input, context) = event.into_parts();
                let time = context.deadline().duration_since(system_now()).unwrap_or(Duration::ZERO);
                let done = handler.run(&world, input, &context.request_id, time).await;
                crate::log::flush();
                done.map_err(lambda_runtime::Error::from)
            }
        }))
        .await
    })
}

#[allow(clippy::disallowed_methods, reason = "Lambda gives the deadline on the machine's clock")]
fn system_now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

/// Serves a reaction.
///
/// # Errors
/// When the function cannot start.
pub fn serve_reaction(handler: ReactionHandler) -> Exit {
    block_on(async {
        let world = start(handler.reaction.area(), &handler.reaction.needs()).await?;
        let handler = &handler;
        lambda_runtime::run(service_fn(move |event: LambdaEvent<EventBridgeEvent<Envelope>>| {
            let world = world.clone();
            async move {
                let done = handler.react(&world, event.payload.detail).await;
                crate::log::flush();
                done.map_err(lambda_runtime::Error::from)
            }
        }))
        .await
    })
}

/// Serves the authorizer: API Gateway's payload 2.0 in, a simple response out.
///
/// # Errors
/// When the function cannot start.
pub fn serve_authorizer(handler: AuthorizerHandler) -> Exit {
    block_on(async {
        let world = start(handler.plumbing.area(), &handler.plumbing.needs()).await?;
        let handler = &handler;
        lambda_runtime::run(service_fn(move |event: LambdaEvent<ApiGatewayV2CustomAuthorizerV2Request>| {
            let world = world.clone();
            async move {
                let claims = handler.authorize(&world, &event.payload.headers);
                crate::log::flush();
                let context = claims.as_ref().map(to_context).unwrap_or_default();
                Ok::<Value, lambda_runtime::Error>(json!({ "isAuthorized": claims.is_some(), "context": context }))
            }
        }))
        .await
    })
}

/// Serves a function behind the table's stream; it reports the records that failed, and only those come again.
///
/// # Errors
/// When the function cannot start.
pub fn serve_stream(handler: StreamHandler) -> Exit {
    block_on(async {
        let world = start(handler.plumbing.area(), &handler.plumbing.needs()).await?;
        let handler = &handler;
        lambda_runtime::run(service_fn(move |event: LambdaEvent<aws_lambda_events::dynamodb::Event>| {
            let world = world.clone();
            async move {
                let done = handler.carry(&world, event.payload).await;
                crate::log::flush();
                let failed: Vec<Value> = done?.into_iter().map(|number| json!({ "itemIdentifier": number })).collect();
                Ok::<Value, lambda_runtime::Error>(json!({ "batchItemFailures": failed }))
            }
        }))
        .await
    })
}
