//! One SDK request, read as IAM reads it: which actions on which resources, with which keys.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::Value;

use super::bus::PUT_EVENTS;

const DYNAMODB: &str = "DynamoDB_20120810.";
const DYNAMODB_STREAMS: &str = "DynamoDBStreams_20120810.";

/// The attributes that are partition keys of a table or an index.
const PARTITION_KEYS: [&str; 4] = ["pk", "lpk", "rpk", "dpk"];

/// Which embedded service a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// DynamoDB or its streams, with the operation's name.
    DynamoDb(String),
    /// S3.
    S3,
    /// EventBridge.
    EventBridge,
    /// Somebody who is not AWS, with the name of what is asked.
    Outside(String),
}

/// One IAM action on one resource; a request may hold several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touch {
    /// As a policy names it: `dynamodb:PutItem`, `s3:GetObject`, `events:PutEvents`.
    pub action: String,
    /// As an ARN ends: `table/Main`, `table/Main/index/by_list`, `bucket/files`, `event-bus/default`.
    pub resource: String,
    /// Partition key values, or the object's key.
    pub keys: Vec<String>,
    /// How large the item is that is put, as DynamoDB counts: names and values. 0 for whatever puts none.
    pub item_bytes: usize,
}

/// A request on its way through the seam.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where it goes.
    pub service: Service,
    /// What it touches, in the request's order.
    pub touches: Vec<Touch>,
}

impl Call {
    /// Reads a request. What cannot be read touches nothing and is for the service to refuse.
    #[must_use]
    pub fn read(request: &HttpRequest) -> Self {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.strip_prefix(DYNAMODB).or_else(|| target.strip_prefix(DYNAMODB_STREAMS));
        let body = || {
            let bytes = request.body().bytes().unwrap_or_default();
            serde_json::from_slice(bytes).unwrap_or(Value::Null)
        };
        match operation {
            Some(operation) => {
                Self { service: Service::DynamoDb(operation.to_owned()), touches: dynamodb(operation, &body()) }
            }
            None if target == PUT_EVENTS => Self { service: Service::EventBridge, touches: events(&body()) },
            None => Self { service: Service::S3, touches: s3(request) },
        }
    }

    /// Whether this is the operation of that name: `TransactWriteItems`, `PutItem`…
    #[must_use]
    pub fn is(&self, operation: &str) -> bool {
        matches!(&self.service, Service::DynamoDb(name) if name == operation)
    }
}

fn dynamodb(operation: &str, body: &Value) -> Vec<Touch> {
    // IAM knows no TransactWriteItems: a transaction needs the right of each of its parts.
    match operation {
        "TransactWriteItems" | "TransactGetItems" => members(&body["TransactItems"])
            .filter_map(|item| item.as_object()?.iter().next())
            .map(|(kind, part)| {
                let action = match kind.as_str() {
                    "ConditionCheck" => "ConditionCheckItem".to_owned(),
                    kind => format!("{kind}Item"),
                };
                on_table(&action, text(&part["TableName"]), part)
            })
            .collect(),
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object();
            tables.into_iter().flatten().map(|(table, part)| batch(operation, table, part)).collect()
        }
        _ => vec![on_table(operation, text(&body["TableName"]), body)],
    }
}

fn on_table(operation: &str, table: &str, part: &Value) -> Touch {
    let mut resource = format!("table/{table}");
    if let Some(index) = part["IndexName"].as_str() {
        resource.push_str("/index/");
        resource.push_str(index);
    }
    let keys = [&part["Key"], &part["Item"]]
        .into_iter()
        .filter_map(|item| item["pk"]["S"].as_str().map(str::to_owned))
        .chain(queried(part))
        .collect();
    Touch { action: format!("dynamodb:{operation}"), resource, keys, item_bytes: item_bytes(&part["Item"]) }
}

/// An item's size as the developer guide counts it ("DynamoDB item sizes and formats"): names and texts in UTF-8, up
/// to 21 bytes a number, 3 bytes and one an entry for what holds others.
fn item_bytes(item: &Value) -> usize {
    item.as_object().into_iter().flatten().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &Value) -> usize {
    let Some((kind, held)) = value.as_object().and_then(|value| value.iter().next()) else {
        return value.as_str().map_or(0, str::len); // a member of a set
    };
    match (kind.as_str(), held) {
        ("N", Value::String(number)) => (number.len() / 2 + 2).min(21),
        ("B", Value::String(base64)) => base64.len() * 3 / 4,
        (_, Value::String(text)) => text.len(),
        (_, Value::Array(members)) => 3 + members.iter().map(|member| value_bytes(member) + 1).sum::<usize>(),
        (_, Value::Object(held)) => {
            3 + held.iter().map(|(name, value)| name.len() + value_bytes(value) + 1).sum::<usize>()
        }
        _ => 1,
    }
}

fn batch(operation: &str, table: &str, part: &Value) -> Touch {
    let gets = members(&part["Keys"]);
    let writes = members(part).flat_map(|write| [&write["PutRequest"]["Item"], &write["DeleteRequest"]["Key"]]);
    let keys = gets.chain(writes).filter_map(|item| Some(item["pk"]["S"].as_str()?.to_owned()));
    Touch {
        action: format!("dynamodb:{operation}"),
        resource: format!("table/{table}"),
        keys: keys.collect(),
        item_bytes: 0,
    }
}

/// The partition key's value in a key condition such as `#k = :v AND begins_with(sk, :p)`.
fn queried(part: &Value) -> Option<String> {
    let condition = part["KeyConditionExpression"].as_str()?.replace('=', " = ");
    let words: Vec<_> = condition.split([' ', '(', ')']).filter(|word| !word.is_empty()).collect();
    words.windows(3).find_map(|window| {
        let [name, "=", value] = window else { return None };
        let name = part["ExpressionAttributeNames"][*name].as_str().unwrap_or(name);
        let value = part["ExpressionAttributeValues"][*value]["S"].as_str()?;
        PARTITION_KEYS.contains(&name).then(|| value.to_owned())
    })
}

fn events(body: &Value) -> Vec<Touch> {
    let mut buses: Vec<_> =
        members(&body["Entries"]).map(|entry| entry["EventBusName"].as_str().unwrap_or("default")).collect();
    buses.sort_unstable();
    buses.dedup();
    let touch = |bus: &str| Touch {
        action: "events:PutEvents".to_owned(),
        resource: format!("event-bus/{bus}"),
        keys: Vec::new(),
        item_bytes: 0,
    };
    buses.into_iter().map(touch).collect()
}

fn s3(request: &HttpRequest) -> Vec<Touch> {
    let Ok(uri) = request.uri().parse::<http::Uri>() else { return Vec::new() };
    let (bucket, key) = bucket_and_key(uri.path());
    let query = uri.query().unwrap_or_default();
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let action = match (request.method(), key.is_empty()) {
        ("GET", true) => "s3:ListBucket",
        ("HEAD", true) => "s3:ListBucket",
        ("PUT", true) => "s3:CreateBucket",
        ("POST", true) if has("delete") => "s3:DeleteObject",
        ("GET" | "HEAD", false) => "s3:GetObject",
        ("DELETE", false) if has("uploadId") => "s3:AbortMultipartUpload",
        ("DELETE", false) => "s3:DeleteObject",
        ("PUT" | "POST", _) => "s3:PutObject",
        _ => return Vec::new(),
    };
    let touch = |action: &str, (bucket, key): (String, String)| Touch {
        action: action.to_owned(),
        resource: format!("bucket/{bucket}"),
        keys: Some(key).filter(|key| !key.is_empty()).into_iter().collect(),
        item_bytes: 0,
    };
    let source = request.headers().get("x-amz-copy-source").map(bucket_and_key);
    source.map(|source| touch("s3:GetObject", source)).into_iter().chain([touch(action, (bucket, key))]).collect()
}

fn bucket_and_key(path: &str) -> (String, String) {
    let path = path.trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    (decoded(bucket), decoded(key))
}

/// Undoes percent-encoding; a path that is not valid UTF-8 shows its replacement characters.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| byte == b'%');
        let code = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        (rest, _) = match code {
            Some(code) => (&after[2..], bytes.push(code)),
            None => (after, bytes.push(byte)),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn members(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(operation: &str, body: Value) -> Vec<(String, String, Vec<String>)> {
        let touches = dynamodb(operation, &body).into_iter();
        touches.map(|touch| (touch.action, touch.resource, touch.keys)).collect()
    }

    fn touch(action: &str, resource: &str, keys: &[&str]) -> (String, String, Vec<String>) {
        (action.into(), resource.into(), keys.iter().map(|&key| key.into()).collect())
    }

    #[test]
    fn a_transaction_is_seen_as_its_parts() {
        let at = |pk: &str| json!({"pk": {"S": pk}, "sk": {"S": "@"}});
        let seen = seen(
            "TransactWriteItems",
            json!({"TransactItems": [
                {"Put": {"TableName": "Main", "Item": at("ten_1#A")}},
                {"ConditionCheck": {"TableName": "Main", "Key": at("ten_1#B")}},
                {"Update": {"TableName": "Main", "Key": at("ten_1#C")}},
                {"Put": {"TableName": "Audit", "Item": at("ten_1#D")}},
            ]}),
        );
        assert_eq!(
            seen,
            [
                touch("dynamodb:PutItem", "table/Main", &["ten_1#A"]),
                touch("dynamodb:ConditionCheckItem", "table/Main", &["ten_1#B"]),
                touch("dynamodb:UpdateItem", "table/Main", &["ten_1#C"]),
                touch("dynamodb:PutItem", "table/Audit", &["ten_1#D"]),
            ]
        );
    }

    #[test]
    fn a_query_is_seen_with_its_index_and_partition() {
        let expected = [touch("dynamodb:Query", "table/Main/index/by_list", &["ten_1#TICKETS"])];
        for (condition, names) in [
            ("lpk = :p AND lsk > :s", json!({})),
            ("#a=:p and begins_with(#b, :s)", json!({"#a": "lpk", "#b": "lsk"})),
            ("(#b BETWEEN :s AND :s) AND (#a = :p)", json!({"#a": "lpk", "#b": "lsk"})),
        ] {
            let seen = seen(
                "Query",
                json!({
                    "TableName": "Main", "IndexName": "by_list",
                    "KeyConditionExpression": condition,
                    "ExpressionAttributeNames": names,
                    "ExpressionAttributeValues": {":p": {"S": "ten_1#TICKETS"}, ":s": {"S": "x"}},
                }),
            );
            assert_eq!(seen, expected, "{condition}");
        }
    }

    #[test]
    fn a_batch_is_seen_per_table_with_every_key() {
        let at = |pk: &str| json!({"pk": {"S": pk}});
        let seen = seen(
            "BatchWriteItem",
            json!({"RequestItems": {"Main": [
                {"PutRequest": {"Item": at("ten_1#A")}},
                {"DeleteRequest": {"Key": at("ten_1#B")}},
            ]}}),
        );
        assert_eq!(seen, [touch("dynamodb:BatchWriteItem", "table/Main", &["ten_1#A", "ten_1#B"])]);
    }

    #[test]
    fn an_item_is_as_large_as_its_names_and_values() {
        let item = json!({"pk": {"S": "ten_1#A"}, "n": {"N": "1234"}, "v": {"M": {"ab": {"S": "é"}, "c": {"L": [{"BOOL": true}]}}}});
        let put = dynamodb("PutItem", &json!({"TableName": "Main", "Item": item}));
        assert_eq!(put[0].item_bytes, (2 + 7) + (1 + 4) + (1 + 3 + (2 + 2 + 1) + (1 + 3 + 2 + 1)));
        assert_eq!(dynamodb("GetItem", &json!({"TableName": "Main", "Key": {"pk": {"S": "a"}}}))[0].item_bytes, 0);
    }

    #[test]
    fn a_copy_in_s3_reads_its_source_and_writes_its_target() {
        let mut request = HttpRequest::empty();
        request.set_method("PUT").expect("a method");
        request.set_uri("http://localhost/files/ten_1/b%20c").expect("a uri");
        request.headers_mut().insert("x-amz-copy-source", "files/ten_1/a");
        let seen = Call::read(&request).touches;
        assert_eq!(seen.len(), 2);
        assert_eq!((seen[0].action.as_str(), &seen[0].keys[..]), ("s3:GetObject", &["ten_1/a".to_owned()][..]));
        assert_eq!((seen[1].action.as_str(), &seen[1].keys[..]), ("s3:PutObject", &["ten_1/b c".to_owned()][..]));
    }
}
