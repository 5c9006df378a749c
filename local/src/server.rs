//! The stack on a port: the API, its docs, and a few levers under `/local`.

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::SignedDuration;
use runtime::jobs::JobInput;
use serde::Deserialize;
use serde_json::json;

use crate::App;
use crate::app::AppError;
use crate::gateway::MAX_BYTES;
use crate::paying;
use crate::problem::problem;

/// The stack's routes. `origins` are the web pages that may call it from a browser.
pub fn router(app: App, origins: Vec<String>) -> Router {
    Router::new()
        .route("/openapi.json", get(|| async { ([(header::CONTENT_TYPE, "application/json")], OPENAPI) }))
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(|| docs(None)))
        .route("/docs/{*file}", get(|file: Path<String>| docs(Some(file))))
        .route("/local/clock", get(read_clock).post(move_clock))
        .route("/local/mail", get(read_mail))
        .route("/local/jobs/{job}", post(run_job))
        .route("/local/pay/{key}", get(paying::show).post(paying::pay))
        .fallback(api)
        .layer(axum::middleware::from_fn(move |request, next| cors(origins.clone(), request, next)))
        .with_state(app)
}

/// The committed description of the API.
const OPENAPI: &str = include_str!("../../openapi.json");

/// Swagger UI over [`OPENAPI`], from its crate: nothing is fetched from elsewhere.
async fn docs(file: Option<Path<String>>) -> Response {
    let config = std::sync::Arc::new(utoipa_swagger_ui::Config::from("/openapi.json"));
    match utoipa_swagger_ui::serve(file.as_ref().map_or("", |file| file.as_str()), config) {
        Ok(Some(file)) => ([(header::CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response(),
        Ok(None) => problem(StatusCode::NOT_FOUND, "There is no such page of the docs."),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

async fn api(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_BYTES).await else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large; split it.");
    };
    app.call(Request::from_parts(parts, body)).await.map(Body::from)
}

/// What API Gateway does from its configuration: answers preflights, and names the origins that may read answers.
async fn cors(origins: Vec<String>, request: Request, next: axum::middleware::Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.filter(|origin| origins.iter().any(|one| one == "*" || one.as_bytes() == origin.as_bytes()));
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key("access-control-request-method");
    let mut response = if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let Some(origin) = allowed else { return response };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("ETag, Retry-After, Idempotent-Replayed"),
    );
    if preflight {
        let methods = HeaderValue::from_static("GET, POST, PATCH, PUT, DELETE");
        let allowed = HeaderValue::from_static("Authorization, Content-Type, Idempotency-Key, If-Match");
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
    response
}

async fn read_clock(State(app): State<App>) -> Response {
    Json(json!({ "now": app.clock().now() })).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    advance: SignedDuration,
}

async fn move_clock(State(app): State<App>, Json(wanted): Json<Move>) -> Response {
    match app.advance(wanted.advance).await {
        Ok(runs) => Json(json!({ "now": app.clock().now(), "runs": runs })).into_response(),
        Err(error) => refused(&error),
    }
}

async fn read_mail(State(app): State<App>) -> Response {
    app.settle().await;
    Json(json!({ "letters": app.mailbox().letters() })).into_response()
}

async fn run_job(State(app): State<App>, Path(job): Path<String>, input: Option<Json<JobInput>>) -> Response {
    match app.run_job(&job, input.unwrap_or_default().0).await {
        Ok(report) => Json(report).into_response(),
        Err(error) => refused(&error),
    }
}

fn refused(error: &AppError) -> Response {
    let status = match error {
        AppError::NoSuchJob(_) => StatusCode::NOT_FOUND,
        AppError::Clock(_) | AppError::Schedule(_) => StatusCode::BAD_REQUEST,
        AppError::Start(_) | AppError::Job(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    problem(status, &error.to_string())
}
