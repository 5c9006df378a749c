//! `events/<name>.json`: what starts a function, for the tests and for `sam local invoke`. Bodies are the examples that
//! the wire types carry, ids those of the demo tenant.

use contract::sample::demo_ids;
use contract::{Access, Catalog, Operation, Writes};
use serde_json::{Map, Value, json};

use super::function::{Function, Trigger};
use super::{File, pretty};

/// When all of it happened.
const TIME: &str = "2026-03-02T09:00:00Z";
const REQUEST: &str = "01900000-0000-7000-8000-00000000000e";
const EVENT: &str = "evt_0190000000007000800000000000000e";
const SESSION: &str = "ses_0190000000007000800000000000000e";

/// The sample events of all functions.
///
/// # Errors
/// Names the reaction of whose events none has a sample here.
pub fn files(catalog: &Catalog, functions: &[Function]) -> Result<Vec<File>, String> {
    functions
        .iter()
        .map(|function| {
            let event = match &function.trigger {
                Trigger::Route { .. } => {
                    let route = catalog.routes.iter().find(|route| route.spec.name == function.name);
                    route.map(request).ok_or("a route of no operation")?
                }
                Trigger::Authorizer => authorization(),
                Trigger::Schedule(_) => json!({ "dry_run": true }),
                Trigger::Events(names) => on_the_bus(names)
                    .ok_or_else(|| format!("{}: add a sample of one of its events to xtask", function.name))?,
                Trigger::Stream => in_the_stream(),
            };
            Ok(File { path: format!("events/{}.json", function.name).into(), text: pretty(event) })
        })
        .collect()
}

/// A call as API Gateway hands it on (payload 2.0), by an owner where somebody has to be signed in.
fn request(route: &Operation) -> Value {
    let spec = &route.spec;
    let mut path = spec.path.to_owned();
    let mut path_parameters = Map::new();
    for name in spec.path_names() {
        let value = parameter(route, name);
        path = path.replace(&format!("{{{name}}}"), &value);
        path_parameters.insert(name.to_owned(), value.into());
    }
    let mut headers = json!({ "accept": "application/json", "host": "api.example.com", "user-agent": "sample" });
    let body = route.body.as_ref().and_then(|_| example(route));
    if body.is_some() {
        headers["content-type"] = json!("application/json");
    }
    match spec.writes {
        Writes::Acts | Writes::ActsOnce => headers["idempotency-key"] = json!(REQUEST),
        Writes::Changes => headers["if-match"] = json!("\"1\""),
        Writes::Nothing | Writes::Signs => {}
    }
    let route_key = format!("{} {}", spec.method.as_str(), spec.path);
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "pathParameters": path_parameters,
        "requestContext": context(spec.method.as_str(), &path, &route_key),
        "isBase64Encoded": false,
    });
    if let Some(mut body) = body {
        body.sort_all_objects();
        event["body"] = body.to_string().into();
    }
    if spec.access != Access::Public {
        event["requestContext"]["authorizer"] = json!({ "lambda": {
            "tenant": demo_ids::TENANT, "user": demo_ids::OWNER, "session": SESSION, "role": "owner", "name": "Anna Schmidt",
        } });
    }
    event
}

fn context(method: &str, path: &str, route_key: &str) -> Value {
    json!({
        "accountId": "123456789012",
        "apiId": "sample",
        "domainName": "api.example.com",
        "domainPrefix": "api",
        "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "sample" },
        "requestId": REQUEST,
        "routeKey": route_key,
        "stage": "$default",
        "time": "02/Mar/2026:09:00:00 +0000",
        "timeEpoch": 1_772_442_000_000_u64,
    })
}

/// The example of a route's body.
fn example(route: &Operation) -> Option<Value> {
    let name = json!(route.body.as_ref()?)["$ref"].as_str()?.rsplit('/').next()?.to_owned();
    let (_, schema) = route.schemas.iter().find(|(known, _)| *known == name)?;
    json!(schema).get("example").cloned()
}

/// A value for a name in the path: an id of the kind that the name says.
fn parameter(route: &Operation, name: &str) -> String {
    let of = route.parameters.iter().map(|parameter| json!(parameter)).find(|parameter| parameter["name"] == name);
    let kind = of.and_then(|parameter| Some(parameter["schema"]["$ref"].as_str()?.rsplit('/').next()?.to_lowercase()));
    let kind = kind.as_deref().unwrap_or(name);
    let id = match kind.trim_end_matches("id") {
        "user" => demo_ids::TECHNICIAN,
        "client" => demo_ids::CLIENT,
        "contact" => demo_ids::CONTACT,
        "department" => demo_ids::DEPARTMENT,
        "calendar" => demo_ids::CALENDAR,
        "policy" => demo_ids::POLICY,
        "ticket" => demo_ids::TICKET,
        "contract" => demo_ids::CONTRACT,
        "charge" => demo_ids::CHARGE,
        "product" => demo_ids::PRODUCT,
        "licence" => demo_ids::LICENCE,
        "finding" => demo_ids::FINDING,
        "budget" => demo_ids::BUDGET,
        "invoice" => demo_ids::INVOICE,
        "paymentmethod" => demo_ids::METHOD,
        other => other,
    };
    id.to_owned()
}

/// A call with a token that is none: the authorizer has to say no.
fn authorization() -> Value {
    let (path, key) = ("/v1/me", "GET /v1/me");
    json!({
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:eu-central-1:123456789012:sample/$default/GET/v1/me",
        "identitySource": ["Bearer none"],
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": "",
        "headers": { "authorization": "Bearer none", "host": "api.example.com" },
        "requestContext": context("GET", path, key),
    })
}

/// What happened, as the outbox and the bus carry it.
fn envelope(name: &str) -> Option<Value> {
    let mut event = match name {
        "tenant.changed" => json!({ "tenant": demo_ids::TENANT }),
        "contact.added" => json!({ "contact": demo_ids::CONTACT, "client": demo_ids::CLIENT }),
        "payment_method.added" => json!({ "client": demo_ids::CLIENT, "method": demo_ids::METHOD }),
        "contract.signed" => json!({ "contract": demo_ids::CONTRACT, "client": demo_ids::CLIENT }),
        "invoice.issued" => json!({
            "invoice": demo_ids::INVOICE, "client": demo_ids::CLIENT, "number": "INV-000001",
            "total": { "minor": 119_000, "currency": "EUR" },
        }),
        "payment.received" => json!({
            "payment": "pay_01970000000070008000000000000001", "client": demo_ids::CLIENT,
            "amount": { "minor": 119_000, "currency": "EUR" },
        }),
        "charge.added" => json!({
            "client": demo_ids::CLIENT, "charge": "chg_01970000000070008000000000000001",
        }),
        "time.logged" => json!({
            "time": "tim_01970000000070008000000000000001", "ticket": demo_ids::TICKET, "client": demo_ids::CLIENT,
        }),
        "invoice.voided" => json!({
            "invoice": demo_ids::INVOICE, "client": demo_ids::CLIENT, "bill_again": false,
            "by": demo_ids::OWNER,
        }),
        "invoice.document_made" => {
            json!({ "invoice": demo_ids::INVOICE, "client": demo_ids::CLIENT, "look": "issued" })
        }
        "licence.audit_wanted" => {
            json!({ "audit": "lau_01970000000070008000000000000001", "client": demo_ids::CLIENT })
        }
        "ticket.assigned" => json!({
            "ticket": demo_ids::TICKET, "number": 1, "subject": "Printer on the second floor is offline", "client": demo_ids::CLIENT,
            "priority": "p3", "department": null, "assignee": null, "requester": null, "contact": null,
            "from": null, "by": null,
        }),
        _ => return None,
    };
    event["type"] = name.into();
    Some(json!({
        "id": EVENT, "at": TIME, "tenant": demo_ids::TENANT, "request": REQUEST, "actor": demo_ids::OWNER, "event": event,
    }))
}

/// The first event of a reaction's that has a sample, as the bus delivers it.
fn on_the_bus(names: &[&str]) -> Option<Value> {
    let (name, envelope) = names.iter().find_map(|name| Some((name, envelope(name)?)))?;
    Some(json!({
        "version": "0",
        "id": REQUEST,
        "source": "steward",
        "detail-type": name,
        "account": "123456789012",
        "region": "eu-central-1",
        "time": TIME,
        "resources": [],
        "detail": envelope,
    }))
}

/// A new outbox item, as the table's stream delivers it.
fn in_the_stream() -> Value {
    let mut envelope = envelope("tenant.changed").unwrap_or_default();
    envelope.sort_all_objects();
    let key = |text: String| json!({ "S": text });
    let (pk, sk) = (key(format!("{}#EVENT#{}", demo_ids::TENANT, EVENT)), key("@".into()));
    json!({ "Records": [{
        "eventID": REQUEST,
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/Main/stream/2026-03-02T09:00:00.000",
        "awsRegion": "eu-central-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_772_442_000,
            "Keys": { "pk": pk, "sk": sk },
            "NewImage": { "pk": pk, "sk": sk, "event": { "S": envelope.to_string() } },
            "SequenceNumber": "100000000000000000001",
            "SizeBytes": 512,
            "StreamViewType": "NEW_IMAGE",
        },
    }] })
}
