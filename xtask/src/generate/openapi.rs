//! `openapi.json`: the API as its callers see it, with the manners that every route has.

use contract::problem::{FieldProblem, MEDIA_TYPE, Problem};
use contract::route::JSON;
use contract::{Access, Catalog, Operation, Writes};
use serde_json::{Map, Value, json};
use utoipa::PartialSchema;

use super::pretty;

/// The document, one value a line, so that a change of the API reads well in a review.
pub fn text(catalog: &Catalog) -> String {
    pretty(document(catalog))
}

/// The document.
pub fn document(catalog: &Catalog) -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::from_iter([
        ("Problem".to_owned(), json!(Problem::schema())),
        ("FieldProblem".to_owned(), json!(FieldProblem::schema())),
    ]);
    for route in &catalog.routes {
        let path = paths.entry(route.spec.path).or_insert_with(|| json!({}));
        path[route.spec.method.as_str().to_lowercase()] = operation(route);
        schemas.extend(route.schemas.iter().map(|(name, schema)| page_name(name, json!(schema))));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Steward",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The back office of a managed service provider. Sign in with `POST /v1/sessions`, then send the access token as `Authorization: Bearer …`. Refusals are problem documents (RFC 9457).",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "http://localhost:8080", "description": "cargo run" }],
        "tags": tags(catalog),
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
            "responses": { "Problem": {
                "description": "The request was refused; `detail` says what to do.",
                "content": { MEDIA_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } },
            } },
            "schemas": schemas,
        },
    })
}

fn tags(catalog: &Catalog) -> Vec<Value> {
    let mut areas: Vec<_> = catalog.routes.iter().map(|route| route.spec.area()).collect();
    areas.sort_unstable();
    areas.dedup();
    areas.into_iter().map(|area| json!({ "name": area })).collect()
}

fn operation(route: &Operation) -> Value {
    let spec = &route.spec;
    let mut parameters: Vec<Value> = route.parameters.iter().map(|parameter| json!(parameter)).collect();
    parameters.extend(manners(spec.writes));
    let mut success = json!({ "description": "Done." });
    if spec.media != JSON {
        let media = spec.media.split(';').next().unwrap_or_default();
        success["content"] = json!({ media: { "schema": { "type": "string" } } });
    } else if let Some(answer) = answer(route) {
        success["content"] = json!({ "application/json": { "schema": answer } });
    }
    if spec.access != Access::Public && spec.writes != Writes::Signs {
        success["headers"] = json!({ "ETag": {
            "description": "Revision of what is answered, where it has one.",
            "schema": { "type": "string" },
        } });
    }
    let mut operation = json!({
        "operationId": spec.name,
        "summary": spec.summary,
        "tags": [spec.area()],
        "responses": {
            spec.status.to_string(): success,
            "default": { "$ref": "#/components/responses/Problem" },
        },
    });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = &route.body {
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": body } } });
    }
    match spec.access {
        Access::Public => operation["security"] = json!([]),
        Access::Needs(permission) => operation["x-permission"] = json!(format!("{permission:?}")),
    }
    operation
}

/// A reference to what a route answers.
fn answer(route: &Operation) -> Option<Value> {
    let mut answer = json!(route.answer.as_ref()?);
    if let Some((_, schema)) =
        route.schemas.iter().find(|(name, _)| name == PAGE && answer["$ref"] == schema_path(PAGE))
    {
        answer["$ref"] = schema_path(&page_name(PAGE, json!(schema)).0).into();
    }
    Some(answer)
}

/// `utoipa` calls a page of clients and a page of users alike; here they are `ClientPage` and `UserPage`.
fn page_name(name: &str, schema: Value) -> (String, Value) {
    let item = schema["properties"]["items"]["items"]["$ref"].as_str().unwrap_or_default();
    match item.strip_prefix(schema_path("").as_str()) {
        Some(item) if name == PAGE => (format!("{}{PAGE}", item.trim_end_matches("View")), schema),
        _ => (name.to_owned(), schema),
    }
}

const PAGE: &str = "Page";

fn schema_path(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// Headers that a route takes by what it does.
fn manners(writes: Writes) -> Option<Value> {
    let header = |name: &str, required: bool, description: &str| json!({ "name": name, "in": "header", "required": required, "description": description, "schema": { "type": "string" } });
    match writes {
        Writes::Acts => {
            Some(header("Idempotency-Key", false, "A repeat with the same key and body gets the first one's answer."))
        }
        Writes::ActsOnce => {
            Some(header("Idempotency-Key", true, "A repeat with the same key and body gets the first one's answer."))
        }
        Writes::Changes => Some(header("If-Match", true, "The `ETag` that was read.")),
        Writes::Nothing | Writes::Signs => None,
    }
}
