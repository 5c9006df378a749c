//! The embedded DynamoDB: dynoxide over SQLite, in a folder or in memory.
//!
//! What is acknowledged survives `kill -9`. dynoxide keeps a write-ahead log and leaves SQLite at
//! `synchronous=FULL`, an fsync for every transaction. We take it to `NORMAL`: a commit is then
//! complete when `write(2)` has handed the log to the kernel, and what the kernel holds outlives
//! the process. Only a power cut can lose the last commits, and even then the file is whole.

use std::path::Path;

use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// All business records.
pub const MAIN: &str = "Main";
/// The append-only audit log.
pub const AUDIT: &str = "Audit";
/// The attribute that tells DynamoDB when an item may be swept.
const TTL_ATTRIBUTE: &str = "ttl";

/// The tables as `CreateTable` takes them, and as the template must declare them.
#[must_use]
pub fn definitions() -> [Value; 2] {
    let index = |name: &str, hash: &str, range: &str, projection: &str| {
        json!({
            "IndexName": name,
            "KeySchema": key(hash, range),
            "Projection": {"ProjectionType": projection},
        })
    };
    let strings = |names: &[&str]| -> Value {
        let each = names.iter().map(|n| json!({"AttributeName": n, "AttributeType": "S"}));
        each.collect()
    };
    [
        json!({
            "TableName": MAIN,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions":
                strings(&["pk", "sk", "lpk", "lsk", "rpk", "rsk", "dpk", "dsk"]),
            "KeySchema": key("pk", "sk"),
            "GlobalSecondaryIndexes": [
                index("by_list", "lpk", "lsk", "ALL"),
                index("by_ref", "rpk", "rsk", "ALL"),
                index("by_due", "dpk", "dsk", "KEYS_ONLY"),
            ],
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"},
        }),
        json!({
            "TableName": AUDIT,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": strings(&["pk", "sk"]),
            "KeySchema": key("pk", "sk"),
        }),
    ]
}

fn key(hash: &str, range: &str) -> Value {
    json!([
        {"AttributeName": hash, "KeyType": "HASH"},
        {"AttributeName": range, "KeyType": "RANGE"},
    ])
}

/// A database in memory, gone with the process, with its tables.
///
/// # Errors
/// When SQLite refuses.
pub fn in_memory() -> Result<Database, DynoxideError> {
    with_tables(Database::memory()?)
}

/// The database kept in `folder`, which must exist; its tables are made on the first start.
///
/// # Errors
/// When the file cannot be opened, or holds tables of another shape than [`definitions`].
pub fn in_folder(folder: &Path) -> Result<Database, DynoxideError> {
    let file = folder.join("dynamodb.sqlite");
    let database = Database::new(&file.to_string_lossy())?;
    // The only way that dynoxide offers to reach `synchronous=NORMAL`: leaving its bulk mode.
    database.enable_bulk_loading()?;
    database.disable_bulk_loading()?;
    with_tables(database)
}

fn with_tables(database: Database) -> Result<Database, DynoxideError> {
    for table in definitions() {
        let name = table["TableName"].as_str().unwrap_or_default();
        match database.get_table_metadata(name)? {
            None => {
                database.create_table(read(table.to_string().as_bytes())?)?;
            }
            Some(_) => same_shape(&database, &table)?,
        }
    }
    let ttl = json!({"TableName": MAIN, "AttributeName": TTL_ATTRIBUTE, "Enabled": true});
    let described = execute(&database, "DescribeTimeToLive", &json!({"TableName": MAIN}))?;
    if described["TimeToLiveDescription"]["TimeToLiveStatus"] != "ENABLED" {
        let change = json!({"TableName": MAIN, "TimeToLiveSpecification": without_table(&ttl)});
        execute(&database, "UpdateTimeToLive", &change)?;
    }
    Ok(database)
}

fn without_table(ttl: &Value) -> Value {
    json!({"AttributeName": ttl["AttributeName"], "Enabled": ttl["Enabled"]})
}

fn same_shape(database: &Database, table: &Value) -> Result<(), DynoxideError> {
    let indexes = |of: &Value| {
        let all = of["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
        let mut shapes: Vec<_> = all
            .iter()
            .map(|index| format!("{} {}", index["IndexName"], index["KeySchema"]))
            .collect();
        shapes.sort();
        shapes
    };
    let name = &table["TableName"];
    let found = execute(database, "DescribeTable", &json!({"TableName": name}))?;
    if indexes(&found["Table"]) == indexes(table) {
        return Ok(());
    }
    Err(DynoxideError::ValidationException(format!(
        "table {name} in the data folder was made by another version of Steward: \
         move the folder away or start with --memory"
    )))
}

/// An HTTP status and a JSON body, as DynamoDB answers.
pub(super) type Answer = (u16, String);

/// Runs one operation as the DynamoDB endpoint does: JSON in, JSON or a typed error out.
pub(super) fn answer(database: &Database, operation: &str, body: &[u8]) -> Answer {
    match run(database, operation, body) {
        Ok(json) => (200, json),
        Err(error) => (error.status_code(), error.to_json()),
    }
}

/// [`answer`] for our own questions.
pub(super) fn execute(
    database: &Database,
    operation: &str,
    request: &Value,
) -> Result<Value, DynoxideError> {
    let json = run(database, operation, request.to_string().as_bytes())?;
    read(json.as_bytes())
}

/// dynoxide's own dispatch is private and reachable through a socket only, hence this table.
/// It lists what an application may call; tagging, PartiQL and the like are left out.
fn run(database: &Database, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    macro_rules! dispatch {
        ($($name:literal => $method:ident,)+) => {
            match operation {
                $($name => write(&database.$method(read(body)?)?),)+
                unknown => Err(DynoxideError::UnsupportedCapability(unknown.to_owned())),
            }
        };
    }
    dispatch! {
        "GetItem" => get_item,
        "PutItem" => put_item,
        "UpdateItem" => update_item,
        "DeleteItem" => delete_item,
        "Query" => query,
        "Scan" => scan,
        "BatchGetItem" => batch_get_item,
        "BatchWriteItem" => batch_write_item,
        "TransactGetItems" => transact_get_items,
        "TransactWriteItems" => transact_write_items,
        "CreateTable" => create_table,
        "DescribeTable" => describe_table,
        "ListTables" => list_tables,
        "UpdateTimeToLive" => update_time_to_live,
        "DescribeTimeToLive" => describe_time_to_live,
        "ListStreams" => list_streams,
        "DescribeStream" => describe_stream,
        "GetShardIterator" => get_shard_iterator,
        "GetRecords" => get_records,
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DynoxideError> {
    // dynoxide's own readers mark with these words what is invalid rather than malformed.
    const INVALID: &str = "VALIDATION:";
    serde_json::from_slice(body).map_err(|error| {
        let message = error.to_string();
        match message.strip_prefix(INVALID) {
            Some(invalid) => DynoxideError::ValidationException(invalid.to_owned()),
            None => DynoxideError::SerializationException(message),
        }
    })
}

fn write(answer: &impl Serialize) -> Result<String, DynoxideError> {
    serde_json::to_string(answer)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(database: &Database, sk: &str) {
        let item = json!({"TableName": MAIN, "Item": {"pk": {"S": "ten_1#T"}, "sk": {"S": sk}}});
        execute(database, "PutItem", &item).expect("put");
    }

    fn has(database: &Database, sk: &str) -> bool {
        let key = json!({"TableName": MAIN, "Key": {"pk": {"S": "ten_1#T"}, "sk": {"S": sk}}});
        !execute(database, "GetItem", &key).expect("get")["Item"].is_null()
    }

    #[test]
    fn starting_twice_keeps_tables_and_items() {
        let folder = tempfile::tempdir().expect("a folder");
        put(&in_folder(folder.path()).expect("first start"), "1");
        assert!(has(&in_folder(folder.path()).expect("second start"), "1"));
    }

    #[test]
    fn what_another_process_acknowledged_is_there_without_a_clean_close() {
        let folder = tempfile::tempdir().expect("a folder");
        let killed = in_folder(folder.path()).expect("start");
        put(&killed, "1");
        // Nobody closes a killed process's database: its log is read by the next one.
        std::mem::forget(killed);
        assert!(has(&in_folder(folder.path()).expect("next start"), "1"));
    }

    #[test]
    fn a_folder_with_other_indexes_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("dynamodb.sqlite");
        let old = Database::new(&file.to_string_lossy()).expect("a database");
        let mut main = definitions()[0].clone();
        main["GlobalSecondaryIndexes"].as_array_mut().expect("indexes").pop();
        main["AttributeDefinitions"].as_array_mut().expect("attributes").truncate(6);
        execute(&old, "CreateTable", &main).expect("created");
        drop(old);
        let error = in_folder(folder.path()).err().expect("refused").to_string();
        assert!(error.contains("move the folder away"), "{error}");
    }

    #[test]
    fn an_unknown_operation_is_answered_and_not_run() {
        let database = in_memory().expect("a database");
        assert_eq!(answer(&database, "DeleteTable", b"{}").0, 501);
    }

    #[test]
    fn a_malformed_body_is_a_typed_400() {
        let database = in_memory().expect("a database");
        let (status, body) = answer(&database, "PutItem", b"{");
        assert_eq!(status, 400);
        assert!(body.contains("SerializationException"), "{body}");
    }
}
