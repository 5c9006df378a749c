//! The one write path: everything that a request or a job changes, in one transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, Delete, Put, TransactWriteItem, Update};
use domain::events::Event;
use jiff::Timestamp;

use crate::error::{Error, Result, from_sdk};
use crate::item::{Item, Record, key_of, number, text, to_item};
use crate::keys::{self, Key, Scope, instant};
use crate::stamp::Stamp;
use crate::{Store, events};

/// Most actions that DynamoDB takes in one transaction.
pub const MAX_ACTIONS: usize = 100;
/// How often the same transaction is sent again, under the same token, while the store is busy.
const MAX_TRIES: u32 = 4;
/// First pause between two tries, in milliseconds; it doubles.
const FIRST_PAUSE_MS: u64 = 20;

/// What must be true of the item as it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Guard {
    Absent,
    /// Absent, or over since before this second: what expires may linger.
    Over(i64),
    Rev(u64),
    Below(u64),
    None,
}

/// What a failed guard means to the caller.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meaning {
    Stale,
    Taken(&'static str),
    Replayed,
}

struct Write {
    action: Action,
    guard: Guard,
    meaning: Meaning,
}

impl Write {
    /// The key of what is written.
    fn record(&self) -> String {
        let (Action::Put(item) | Action::Delete(item) | Action::Add { key: item, .. }) = &self.action;
        let of = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str);
        format!("{}/{}", of("pk"), of("sk"))
    }
}

enum Action {
    Put(Item),
    Delete(Item),
    Add { key: Item, by: Vec<(String, i64)> },
}

/// Writes, events and their audit entry, to be made together or not at all.
pub struct Commit {
    scope: Scope,
    writes: Vec<Write>,
    events: Vec<Event>,
    subjects: Vec<String>,
    failed: Option<Error>,
}

impl Commit {
    /// An empty commit in a scope.
    pub(crate) fn new(scope: Scope) -> Self {
        Commit { scope, writes: Vec::new(), events: Vec::new(), subjects: Vec::new(), failed: None }
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.events.is_empty()
    }

    /// How many actions of a transaction it takes, its audit entry included.
    pub fn actions(&self) -> usize {
        self.writes.len() + self.events.len() + 1
    }

    /// With all that another commit of the same scope would write.
    #[must_use]
    pub fn and(mut self, other: Commit) -> Self {
        self.writes.extend(other.writes);
        self.events.extend(other.events);
        self.subjects.extend(other.subjects);
        self.failed = self.failed.or(other.failed);
        self
    }

    /// A record that must not exist yet.
    pub fn create<T: Record>(self, value: &T) -> Self {
        self.put(value, 0, Guard::Absent, Meaning::Stale)
    }

    /// The next revision of a record that was read at `rev`; 0 means that it did not exist.
    pub fn update<T: Record>(self, value: &T, rev: u64) -> Self {
        let guard = if rev == 0 { Guard::Absent } else { Guard::Rev(rev) };
        self.put(value, rev, guard, Meaning::Stale)
    }

    /// A record that takes the place of whatever stood there.
    pub(crate) fn set<T: Record>(self, value: &T) -> Self {
        self.put(value, 0, Guard::None, Meaning::Stale)
    }

    /// A record that exists only once, whoever comes first; `what` names it for the one who comes second.
    pub fn claim<T: Record>(self, value: &T, what: &'static str) -> Self {
        self.put(value, 0, Guard::Absent, Meaning::Taken(what))
    }

    /// A record of another scope, for what a tenant shares with the platform (the sign-in lookup).
    pub(crate) fn claim_in<T: Record>(self, scope: Scope, value: &T, what: &'static str) -> Self {
        self.within(scope, |commit| commit.claim(value, what))
    }

    /// A record that stands under another one's guard in this commit, whatever is there: a part of a whole whose root
    /// is written with its revision. `rev` is the root's revision before.
    pub(crate) fn part<T: Record>(self, value: &T, rev: u64) -> Self {
        self.put(value, rev, Guard::None, Meaning::Stale)
    }

    /// Removes a record.
    pub fn remove<T: Record>(mut self, value: &T) -> Self {
        let key = value.place().key;
        self.subjects.push(key.pk.clone());
        let action = Action::Delete(key_of(self.scope, &key));
        self.write(action, Guard::None, Meaning::Stale)
    }

    /// Removes a record of another scope; see [`Commit::claim_in`].
    pub(crate) fn remove_in<T: Record>(self, scope: Scope, value: &T) -> Self {
        self.within(scope, |commit| commit.remove(value))
    }

    /// Moves a counter by `by`; with `below`, only while it stands under that bound.
    pub(crate) fn count(self, key: &Key, by: i64, below: Option<u64>) -> Self {
        let key = key_of(self.scope, key);
        let guard = below.map_or(Guard::None, Guard::Below);
        self.write(Action::Add { key, by: vec![("n".to_owned(), by)] }, guard, Meaning::Stale)
    }

    /// Moves several numbers of one item; those that do not move are left out. Nobody's revision is in the way, so that
    /// many may add at once: who adds must do so in the commit that notes that it was done.
    pub(crate) fn tally(self, key: &Key, by: impl IntoIterator<Item = (String, i64)>) -> Self {
        let by: Vec<(String, i64)> = by.into_iter().filter(|(_, by)| *by != 0).collect();
        if by.is_empty() {
            return self;
        }
        let key = key_of(self.scope, key);
        self.write(Action::Add { key, by }, Guard::None, Meaning::Stale)
    }

    /// What happened, to be told to whoever wants to know.
    pub fn emit(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        self.events.extend(events);
        self
    }

    /// The answer that a repeat of this request gets.
    pub(crate) fn answer_in<T: Record>(self, scope: Scope, value: &T, now: Timestamp) -> Self {
        self.within(scope, |commit| commit.put(value, 0, Guard::Over(now.as_second()), Meaning::Replayed))
    }

    fn within(mut self, scope: Scope, write: impl FnOnce(Self) -> Self) -> Self {
        let own = std::mem::replace(&mut self.scope, scope);
        self = write(self);
        self.scope = own;
        self
    }

    fn put<T: Record>(mut self, value: &T, rev: u64, guard: Guard, meaning: Meaning) -> Self {
        match to_item(self.scope, value, rev + 1) {
            Ok(item) => {
                if meaning != Meaning::Replayed {
                    self.subjects.push(value.place().key.to_string());
                }
                self.write(Action::Put(item), guard, meaning)
            }
            Err(error) => {
                self.failed.get_or_insert(error);
                self
            }
        }
    }

    fn write(mut self, action: Action, guard: Guard, meaning: Meaning) -> Self {
        self.writes.push(Write { action, guard, meaning });
        self
    }
}

impl Store {
    /// Makes all of a commit true, or nothing.
    ///
    /// # Errors
    /// [`Error::Stale`] when a revision moved on, [`Error::Taken`] when a claim exists, [`Error::Replayed`] when the
    /// idempotency key was used meanwhile, [`Error::Busy`] when the store did not get to it in [`MAX_TRIES`] tries.
    pub async fn write(&self, commit: Commit, stamp: &Stamp) -> Result<()> {
        if let Some(error) = commit.failed {
            return Err(error);
        }
        if commit.writes.is_empty() && commit.events.is_empty() {
            return Ok(());
        }
        let scope = commit.scope;
        let guards: Vec<(Meaning, String)> =
            commit.writes.iter().map(|write| (write.meaning, write.record())).collect();
        let names: Vec<&'static str> = commit.events.iter().map(Event::name).collect();
        let mut actions: Vec<TransactWriteItem> = Vec::with_capacity(commit.writes.len() + commit.events.len() + 1);
        for write in commit.writes {
            actions.push(self.action(write)?);
        }
        for event in commit.events {
            actions.push(put(&self.names.main, events::outbox_item(scope, event, stamp)?)?);
        }
        // An answer that is kept beside nothing is no deed.
        if !commit.subjects.is_empty() || !names.is_empty() {
            actions.push(put(&self.names.audit, audit_item(scope, &commit.subjects, &names, stamp))?);
        }
        if actions.len() > MAX_ACTIONS {
            return Err(Error::Failed(format!("a commit of {} actions; DynamoDB takes {MAX_ACTIONS}", actions.len())));
        }
        let token = (stamp.ids)().simple().to_string();
        let mut pause_ms = FIRST_PAUSE_MS;
        for attempt in 1.. {
            // The token makes a repeat after a lost answer the same transaction, not a second one.
            let sent = self
                .dynamo
                .transact_write_items()
                .set_transact_items(Some(actions.clone()))
                .client_request_token(&token)
                .send()
                .await;
            match sent.map(|_| ()).map_err(|error| meaning_of(error, &guards)) {
                Err(Error::Busy(why)) if attempt < MAX_TRIES => {
                    tracing::debug!(attempt, why, "transaction sent again");
                    tokio::time::sleep(std::time::Duration::from_millis(pause_ms)).await;
                    pause_ms *= 2;
                }
                done => return done,
            }
        }
        unreachable!("the loop returns at its last attempt")
    }

    fn action(&self, write: Write) -> Result<TransactWriteItem> {
        let (condition, value) = match write.guard {
            Guard::Absent => (Some("attribute_not_exists(pk)"), None),
            Guard::Over(second) => (Some("attribute_not_exists(pk) OR #ttl <= :guard"), Some(number(second))),
            Guard::Rev(rev) => (Some("rev = :guard"), Some(number(rev))),
            Guard::Below(bound) => (Some("attribute_not_exists(n) OR n < :guard"), Some(number(bound))),
            Guard::None => (None, None),
        };
        let names =
            matches!(write.guard, Guard::Over(_)).then(|| HashMap::from([("#ttl".to_owned(), "ttl".to_owned())]));
        let values = value.map(|value| Item::from([(":guard".into(), value)]));
        let table = &self.names.main;
        let item = TransactWriteItem::builder();
        let built = match write.action {
            Action::Put(all) => Put::builder()
                .table_name(table)
                .set_item(Some(all))
                .set_condition_expression(condition.map(Into::into))
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .build()
                .map(|put| item.put(put)),
            Action::Delete(key) => {
                Delete::builder().table_name(table).set_key(Some(key)).build().map(|delete| item.delete(delete))
            }
            Action::Add { key, by } => {
                let mut values = values.unwrap_or_default();
                let mut names = HashMap::new();
                let mut sums = Vec::with_capacity(by.len());
                for (at, (name, by)) in by.into_iter().enumerate() {
                    sums.push(format!("#n{at} :by{at}"));
                    names.insert(format!("#n{at}"), name);
                    values.insert(format!(":by{at}"), number(by));
                }
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .update_expression(format!("ADD {}", sums.join(", ")))
                    .set_condition_expression(condition.map(Into::into))
                    .set_expression_attribute_names(Some(names))
                    .set_expression_attribute_values(Some(values))
                    .build()
                    .map(|update| item.update(update))
            }
        };
        built.map(|item| item.build()).map_err(|e| Error::Failed(e.to_string()))
    }
}

fn put(table: &str, item: Item) -> Result<TransactWriteItem> {
    let put =
        Put::builder().table_name(table).set_item(Some(item)).build().map_err(|e| Error::Failed(e.to_string()))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// Who did what to which records, by month so that a range can be read and exported.
fn audit_item(scope: Scope, subjects: &[String], events: &[&'static str], stamp: &Stamp) -> Item {
    let key = keys::audit(stamp.now, (stamp.ids)());
    let mut item = key_of(scope, &key);
    item.insert("at".into(), text(instant(stamp.now)));
    item.insert("actor".into(), text(stamp.actor.clone()));
    item.insert("function".into(), text(stamp.function));
    item.insert("request".into(), text(stamp.request.clone()));
    item.insert("subjects".into(), list(subjects.iter().cloned()));
    item.insert("events".into(), list(events.iter().map(ToString::to_string)));
    item
}

fn list(values: impl Iterator<Item = String>) -> aws_sdk_dynamodb::types::AttributeValue {
    aws_sdk_dynamodb::types::AttributeValue::L(values.map(text).collect())
}

fn meaning_of<R: std::fmt::Debug>(error: SdkError<TransactWriteItemsError, R>, guards: &[(Meaning, String)]) -> Error {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return from_sdk(error);
    };
    let reasons = cancelled.cancellation_reasons();
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    // A used idempotency key says more than whatever else failed with it.
    let mut broken = reasons.iter().zip(guards).filter(|(reason, _)| failed(reason)).map(|(_, guard)| guard);
    let first = broken.clone().find(|(meaning, _)| *meaning == Meaning::Replayed).or_else(|| broken.next());
    match first {
        Some((Meaning::Replayed, _)) => Error::Replayed,
        Some((Meaning::Taken(what), _)) => Error::Taken(what),
        Some((Meaning::Stale, record)) => Error::Stale(record.clone()),
        None => match reasons.iter().filter_map(|reason| reason.code()).find(|code| *code != "None") {
            Some(code @ ("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")) => {
                Error::Busy(code.to_owned())
            }
            code => Error::Failed(format!("transaction cancelled: {code:?} {:?}", error.message())),
        },
    }
}
