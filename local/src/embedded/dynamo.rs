//! The embedded DynamoDB: dynoxide over SQLite, in a folder or in memory.
//!
//! What is acknowledged survives `kill -9`. dynoxide keeps a write-ahead log and leaves SQLite at
//! `synchronous=FULL`, an fsync for every transaction. We take it to `NORMAL`: a commit is then
//! complete when `write(2)` has handed the log to the kernel, and what the kernel holds outlives
//! the process. Only a power cut can lose the last commits, and even then the file is whole.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
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

/// dynoxide numbers a stream's records by looking for the highest number among all of them at each
/// write, without an index: ten thousand writes in, a write took ten times as long. This gives it
/// the index, which serves the stream's readers as well.
fn index_stream(file: &str) -> Result<(), DynoxideError> {
    let connection = rusqlite::Connection::open(file)?;
    connection.execute_batch(
        "CREATE INDEX IF NOT EXISTS steward_stream_order
         ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
    )?;
    Ok(())
}

/// How many transactions are remembered by their token. An SDK repeats one within seconds.
const TOKENS_REMEMBERED: usize = 500;

/// The embedded database, called as the DynamoDB endpoint is. Clones share it.
#[derive(Clone)]
pub struct Dynamo {
    database: Database,
    tokens: Arc<Mutex<Tokens>>,
}

/// Answers to transactions by `ClientRequestToken`, oldest first out. dynoxide has such a memory of
/// its own, but looks through all of its ten minutes at every transaction; this one has a bound.
#[derive(Default)]
struct Tokens {
    answers: HashMap<String, (Value, String)>,
    order: VecDeque<String>,
}

/// An HTTP status and a JSON body, as DynamoDB answers.
pub(super) type Answer = (u16, String);

impl Dynamo {
    /// A database in memory, gone with the process, with its tables.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn in_memory() -> Result<Self, DynoxideError> {
        static OPENED: AtomicU64 = AtomicU64::new(0);
        // Named and shared within the process, because the index on the stream needs a connection
        // of its own.
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let name = format!("file:steward-{number}?mode=memory&cache=shared");
        let database = Database::new(&name)?;
        index_stream(&name)?;
        Self::with_tables(database)
    }

    /// The database kept in `folder`, which must exist; its tables are made on the first start.
    ///
    /// # Errors
    /// When the file cannot be opened, or holds tables of another shape than [`definitions`].
    pub fn in_folder(folder: &Path) -> Result<Self, DynoxideError> {
        let file = folder.join("dynamodb.sqlite");
        let file = file.to_string_lossy();
        let database = Database::new(&file)?;
        index_stream(&file)?;
        // The only way that dynoxide offers to reach `synchronous=NORMAL`: leaving its bulk mode.
        database.enable_bulk_loading()?;
        database.disable_bulk_loading()?;
        Self::with_tables(database)
    }

    fn with_tables(database: Database) -> Result<Self, DynoxideError> {
        let dynamo = Self { database, tokens: Arc::default() };
        for table in definitions() {
            let name = table["TableName"].as_str().unwrap_or_default();
            match dynamo.database.get_table_metadata(name)? {
                None => {
                    dynamo.execute("CreateTable", &table)?;
                }
                Some(_) => dynamo.expect_shape(&table)?,
            }
        }
        let ttl = dynamo.execute("DescribeTimeToLive", &json!({"TableName": MAIN}))?;
        if ttl["TimeToLiveDescription"]["TimeToLiveStatus"] != "ENABLED" {
            let ttl = json!({"AttributeName": TTL_ATTRIBUTE, "Enabled": true});
            let change = json!({"TableName": MAIN, "TimeToLiveSpecification": ttl});
            dynamo.execute("UpdateTimeToLive", &change)?;
        }
        Ok(dynamo)
    }

    /// The engine, for what has no operation: sweeping by TTL, and serving on a socket.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Serves DynamoDB on a socket until told to stop, for processes outside.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        &self,
        listener: tokio::net::TcpListener,
        until: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), String> {
        dynoxide::server::serve_with_shutdown(listener, self.database.clone(), until).await
    }

    /// Runs one operation as the endpoint does: JSON in, JSON or a typed error out.
    pub(super) fn answer(&self, operation: &str, body: &[u8]) -> Answer {
        match self.run(operation, body) {
            Ok(json) => (200, json),
            Err(error) => (error.status_code(), error.to_json()),
        }
    }

    /// Runs one operation for the stack itself, past the seam.
    ///
    /// # Errors
    /// What DynamoDB would answer.
    pub fn execute(&self, operation: &str, request: &Value) -> Result<Value, DynoxideError> {
        let json = self.run(operation, request.to_string().as_bytes())?;
        read(json.as_bytes())
    }

    fn expect_shape(&self, table: &Value) -> Result<(), DynoxideError> {
        let indexes = |of: &Value| {
            let all = of["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
            let mut shapes: Vec<_> =
                all.iter().map(|index| format!("{} {}", index["IndexName"], index["KeySchema"])).collect();
            shapes.sort();
            shapes
        };
        let name = &table["TableName"];
        let found = self.execute("DescribeTable", &json!({"TableName": name}))?;
        if indexes(&found["Table"]) == indexes(table) {
            return Ok(());
        }
        Err(DynoxideError::ValidationException(format!(
            "table {name} in the data folder was made by another version of Steward: \
             move the folder away or start with --memory"
        )))
    }

    /// dynoxide's own dispatch is private and reachable through a socket only, hence this table.
    /// It lists what an application may call; tagging, PartiQL and the like are left out.
    fn run(&self, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
        macro_rules! dispatch {
            ($($name:literal => $method:ident,)+) => {
                match operation {
                    $($name => write(&self.database.$method(read(body)?)?),)+
                    "TransactWriteItems" => self.transact(body),
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

    /// A transaction repeated with its token has its effect once, whatever the second answer.
    fn transact(&self, body: &[u8]) -> Result<String, DynoxideError> {
        let mut request: TransactWriteItemsRequest = read(body)?;
        let Some(token) = request.client_request_token.take() else {
            return write(&self.database.transact_write_items(request)?);
        };
        // Compared as values: attributes come in any order.
        let asked: Value = read(body)?;
        // Held across the call, as dynoxide holds its own: a repeat waits for the first.
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        match tokens.answers.get(&token) {
            Some((first, answer)) if *first == asked => return Ok(answer.clone()),
            Some(_) => {
                let message = "the token was used for another transaction".to_owned();
                return Err(DynoxideError::IdempotentParameterMismatchException(message));
            }
            None => {}
        }
        let answer = write(&self.database.transact_write_items(request)?)?;
        if tokens.order.len() == TOKENS_REMEMBERED
            && let Some(oldest) = tokens.order.pop_front()
        {
            tokens.answers.remove(&oldest);
        }
        tokens.order.push_back(token.clone());
        tokens.answers.insert(token, (asked, answer.clone()));
        Ok(answer)
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
    serde_json::to_string(answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(database: &Dynamo, sk: &str) {
        let item = json!({"TableName": MAIN, "Item": {"pk": {"S": "ten_1#T"}, "sk": {"S": sk}}});
        database.execute("PutItem", &item).expect("put");
    }

    fn has(database: &Dynamo, sk: &str) -> bool {
        let key = json!({"TableName": MAIN, "Key": {"pk": {"S": "ten_1#T"}, "sk": {"S": sk}}});
        !database.execute("GetItem", &key).expect("get")["Item"].is_null()
    }

    #[test]
    fn starting_twice_keeps_tables_and_items() {
        let folder = tempfile::tempdir().expect("a folder");
        put(&Dynamo::in_folder(folder.path()).expect("first start"), "1");
        assert!(has(&Dynamo::in_folder(folder.path()).expect("second start"), "1"));
    }

    #[test]
    fn what_another_process_acknowledged_is_there_without_a_clean_close() {
        let folder = tempfile::tempdir().expect("a folder");
        let killed = Dynamo::in_folder(folder.path()).expect("start");
        put(&killed, "1");
        // Nobody closes a killed process's database: its log is read by the next one.
        std::mem::forget(killed);
        assert!(has(&Dynamo::in_folder(folder.path()).expect("next start"), "1"));
    }

    #[test]
    fn a_folder_with_other_indexes_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("dynamodb.sqlite");
        let old = Database::new(&file.to_string_lossy()).expect("a database");
        let mut main = definitions()[0].clone();
        main["GlobalSecondaryIndexes"].as_array_mut().expect("indexes").pop();
        main["AttributeDefinitions"].as_array_mut().expect("attributes").truncate(6);
        old.create_table(read(main.to_string().as_bytes()).expect("a request")).expect("created");
        drop(old);
        let error = Dynamo::in_folder(folder.path()).err().expect("refused").to_string();
        assert!(error.contains("move the folder away"), "{error}");
    }

    #[test]
    fn a_transaction_repeated_with_its_token_has_one_effect() {
        let database = Dynamo::in_memory().expect("a database");
        let transaction = |by: &str| {
            json!({"ClientRequestToken": "once", "TransactItems": [{"Update": {
                "TableName": MAIN,
                "Key": {"pk": {"S": "ten_1#T"}, "sk": {"S": "n"}},
                "UpdateExpression": "ADD n :by",
                "ExpressionAttributeValues": {":by": {"N": by}},
            }}]})
        };
        for _ in 0..2 {
            database.execute("TransactWriteItems", &transaction("1")).expect("applied");
        }
        let error = database.execute("TransactWriteItems", &transaction("2")).expect_err("refused");
        assert!(error.error_type().contains("IdempotentParameterMismatch"), "{error}");
        let key = json!({"TableName": MAIN, "Key": {"pk": {"S": "ten_1#T"}, "sk": {"S": "n"}}});
        assert_eq!(database.execute("GetItem", &key).expect("got")["Item"]["n"]["N"], "1");
    }

    #[test]
    fn an_unknown_operation_is_answered_and_not_run() {
        let database = Dynamo::in_memory().expect("a database");
        assert_eq!(database.answer("DeleteTable", b"{}").0, 501);
    }

    #[test]
    fn a_malformed_body_is_a_typed_400() {
        let database = Dynamo::in_memory().expect("a database");
        let (status, body) = database.answer("PutItem", b"{");
        assert_eq!(status, 400);
        assert!(body.contains("SerializationException"), "{body}");
    }
}
