//! What is reported for billing: records of use, and counts of what a client has.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::bill::{Count, Usage};
use super::contract::{Contract, ContractState, Counted, LineKind, OF_LICENCES_ONLY};
use super::pricing::{LARGEST_QUANTITY, QUANTITY_DECIMALS};
use crate::error::Refusal;
use crate::ids::{ClientId, ContractId, InvoiceId, LineId, UsageId};
use crate::invalid::Check;

/// Most records of one batch, those that are taken back among them: they are one transaction, of which DynamoDB takes 100
/// actions.
pub const MOST_RECORDS: usize = 90;
/// Longest reference of a sender.
pub const LONGEST_REFERENCE: usize = 120;

/// A record of use as it was reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsageRecord {
    /// Under which contract.
    pub contract: ContractId,
    /// What the sender calls it; a contract has one record of each.
    pub reference: String,
    /// What was used.
    pub usage: Usage,
    /// When it was reported.
    pub recorded_at: Timestamp,
    /// The invoice that it is on.
    #[serde(default)]
    pub billed: Option<InvoiceId>,
    /// When it was taken back, for it was reported wrongly. It stays, so that a repeat of its report finds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Timestamp>,
}

impl UsageRecord {
    /// Whether an invoice still has to take it up.
    pub fn is_open(&self) -> bool {
        self.billed.is_none() && self.cancelled_at.is_none()
    }
}

/// Use to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct NewUsage {
    /// Which record.
    pub id: UsageId,
    /// What the sender calls it.
    pub reference: String,
    /// The contract's line that prices it.
    pub line: LineId,
    /// The local date of use.
    pub on: Date,
    /// How much.
    pub quantity: Decimal,
}

/// The rules for a batch as a whole: of records, and of references whose records are to be taken back.
///
/// # Errors
/// [`Refusal::Invalid`] for a batch without anything or with too much, and for a reference that is taken back twice, or
/// reported beside it.
pub fn check_batch(batch: &[NewUsage], cancels: &[String]) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.that(!batch.is_empty() || !cancels.is_empty(), "/records", "required", "must hold a record");
    check.count("/records", batch.len(), MOST_RECORDS);
    let together = if batch.len() > MOST_RECORDS { cancels.len() } else { batch.len() + cancels.len() };
    check.count("/cancels", together, MOST_RECORDS);
    let mut seen: BTreeSet<&String> = batch.iter().map(|new| &new.reference).collect();
    for (index, reference) in cancels.iter().enumerate() {
        let at = format!("/cancels/{index}");
        check.line(&at, reference, LONGEST_REFERENCE);
        let detail = "is in the batch already; take a record back once, and report what is right under another id";
        check.that(seen.insert(reference), &at, "duplicate", detail);
    }
    check.done()
}

/// Records what was used under a contract. `today` is the tenant's local date.
///
/// # Errors
/// [`Refusal::Conflict`] `contract_draft`; [`Refusal::Invalid`] for a line that bills no usage, for a day on which it
/// is not in force or that is still to come, and for a reference that stands in the batch twice.
pub fn record(
    contract: &Contract,
    batch: Vec<NewUsage>,
    today: Date,
    now: Timestamp,
) -> Result<Vec<UsageRecord>, Refusal> {
    if contract.state == ContractState::Draft {
        let detail = format!("{} is a proposal; sign it before usage is recorded", contract.number);
        return Err(Refusal::conflict("contract_draft", detail));
    }
    let mut check = Check::new();
    check.count("/records", batch.len(), MOST_RECORDS);
    let mut seen = BTreeSet::new();
    for (index, new) in batch.iter().enumerate() {
        let at = |name: &str| format!("/records/{index}/{name}");
        check.line(&at("id"), &new.reference, LONGEST_REFERENCE);
        check.that(
            seen.insert(&new.reference),
            &at("id"),
            "duplicate",
            "is in the batch already; give each its own id",
        );
        check_quantity(&at("quantity"), new.quantity, &mut check);
        check.that(
            new.on <= today,
            &at("on"),
            "in_the_future",
            "must be today or earlier: use is recorded when it happened",
        );
        let line = contract.line(new.line).filter(|line| line.kind == LineKind::Usage);
        check.that(line.is_some(), &at("line"), "unknown", "is no usage line of this contract");
        if let Some(line) = line {
            let in_force = contract.life(line).is_some_and(|life| life.contains(new.on));
            check.that(in_force, &at("on"), "not_in_force", "must be a day on which the line is in force");
        }
    }
    check.done()?;
    let record = |NewUsage { id, reference, line, on, quantity }: NewUsage| UsageRecord {
        contract: contract.id,
        reference,
        usage: Usage { id, line, on, quantity },
        recorded_at: now,
        billed: None,
        cancelled_at: None,
    };
    Ok(batch.into_iter().map(record).collect())
}

/// Those of a batch that are new; `known` are the records that are there under the same ids, in the batch's order. One that was
/// taken back stays so, however often its report is repeated.
///
/// # Errors
/// [`Refusal::Conflict`] `usage_differs` when one was recorded with other values.
pub fn unknown(batch: Vec<UsageRecord>, known: &[Option<UsageRecord>]) -> Result<Vec<UsageRecord>, Refusal> {
    let mut new = Vec::new();
    for (record, known) in batch.into_iter().zip(known) {
        match known {
            None => new.push(record),
            Some(known) if known.usage == record.usage => {}
            Some(known) => {
                let Usage { quantity, on, .. } = known.usage;
                let todo = match (known.cancelled_at, known.billed) {
                    (Some(_), _) => "and taken back; send what is right under another id",
                    (None, Some(_)) => "send what is to be added under another id",
                    (None, None) => "send what is to be added under another id, or take it back with `cancels`",
                };
                let detail = format!("{} was recorded with {quantity} on {on}; {todo}", known.reference);
                return Err(Refusal::conflict("usage_differs", detail));
            }
        }
    }
    Ok(new)
}

/// Takes records back that were reported wrongly, each once; `known` are those that are there under these references, in their
/// order. Answers them as they stand after.
///
/// # Errors
/// [`Refusal::Invalid`] for a reference under which nothing was recorded; [`Refusal::Conflict`] `usage_billed` for a record
/// that is on an invoice.
pub fn cancel(
    references: &[String],
    known: Vec<Option<UsageRecord>>,
    now: Timestamp,
) -> Result<Vec<UsageRecord>, Refusal> {
    let mut check = Check::new();
    for (index, (_, known)) in references.iter().zip(&known).enumerate() {
        let detail = "is no record of this contract; give the id under which it was reported";
        check.that(known.is_some(), &format!("/cancels/{index}"), "unknown", detail);
    }
    check.done()?;
    let taken_back = |record: UsageRecord| match (record.billed, record.cancelled_at) {
        (Some(invoice), _) => {
            let detail = format!("{} is on invoice {invoice}; correct it there with a credit note", record.reference);
            Err(Refusal::conflict("usage_billed", detail))
        }
        (None, Some(_)) => Ok(record),
        (None, None) => Ok(UsageRecord { cancelled_at: Some(now), ..record }),
    };
    known.into_iter().flatten().map(taken_back).collect()
}

/// How many a client has of something from a date on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCount {
    /// Whose.
    pub client: ClientId,
    /// How many, from when on.
    pub count: Count,
    /// When it was reported.
    pub recorded_at: Timestamp,
}

/// Notes how many a client has of something. Of two counts for a day the later one holds. `today` is the tenant's local
/// date.
///
/// # Errors
/// [`Refusal::Invalid`] for a day that is still to come, for a quantity out of range, for a product of what is no licence, and
/// for contacts, which are counted by themselves.
pub fn count(client: ClientId, count: Count, today: Date, now: Timestamp) -> Result<ClientCount, Refusal> {
    let mut check = Check::new();
    let by_hand = count.what != Counted::Contacts;
    check.that(
        by_hand,
        "/what",
        "counted_already",
        "contacts are counted as they are added and leave; add or change them",
    );
    check.that(count.of().is_sane(), "/product", "not_allowed", OF_LICENCES_ONLY);
    check.that(count.from <= today, "/on", "in_the_future", "must be today or earlier: it was counted on it");
    check_quantity("/quantity", count.quantity, &mut check);
    check.done()?;
    Ok(ClientCount { client, count, recorded_at: now })
}

fn check_quantity(field: &str, quantity: Decimal, check: &mut Check) {
    let sane = quantity >= Decimal::ZERO && quantity <= LARGEST_QUANTITY;
    check.that(sane, field, "out_of_range", "must be from 0 to 1000000000");
    let exact = quantity.normalize().scale() <= QUANTITY_DECIMALS;
    check.that(exact, field, "too_precise", "must have at most 6 decimal places");
}

/// Puts a record on an invoice. On the same invoice again it stays as it is.
///
/// # Errors
/// [`Refusal::Conflict`] `usage_billed` when it is on another, `usage_cancelled` when it was taken back.
pub fn bill(record: UsageRecord, invoice: InvoiceId) -> Result<UsageRecord, Refusal> {
    match record.billed {
        None if record.cancelled_at.is_some() => {
            let detail = format!("{} was taken back; leave it out", record.usage.id);
            Err(Refusal::conflict("usage_cancelled", detail))
        }
        Some(other) if other != invoice => {
            let detail = format!("{} is on invoice {other}; correct it there with a credit note", record.usage.id);
            Err(Refusal::conflict("usage_billed", detail))
        }
        _ => Ok(UsageRecord { billed: Some(invoice), ..record }),
    }
}

/// Opens a record again, because its invoice was made void. One that is not on this invoice stays as it is.
pub fn release(record: UsageRecord, invoice: InvoiceId) -> UsageRecord {
    if record.billed == Some(invoice) { UsageRecord { billed: None, ..record } } else { record }
}
