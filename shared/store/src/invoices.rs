//! Invoices and credit notes: a root that stays small, lines in chunks beside it, and which period is on which invoice.
//!
//! The id of an invoice of a contract's period is made of what it bills, so there is one for ever. Chunks of lines are
//! named by the digest of all lines: what was written for other lines, by a run that came too late, is never read.

use std::collections::BTreeMap;

use domain::billing::bill::Run;
use domain::billing::invoice::{Invoice, InvoiceKind, InvoiceLine, InvoiceState, LineChunk, chunks};
use domain::billing::lines::LINES_A_CHUNK;
use domain::billing::recognition::Recognition;
use domain::ids::{ClientId, ContractId, InvoiceId};
use domain::money::Money;
use domain::zone::Zone;
use futures::future::try_join_all;
use jiff::ToSpan;
use jiff::civil::{Date, time};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::error::Error;
use crate::item::{Place, Record};
use crate::keys::{self, instant};
use crate::list::By;
use crate::{Commit, Listing, PageRequest, Result, Slice, TenantStore, Versioned};

/// The job that recognises deferred revenue.
pub const RECOGNISE: &str = "billing-recognise-revenue";
/// Chunks that are read at once: at their longest they have 350 KB each.
const SIDE_BY_SIDE: usize = 10;
/// Most chunks that one commit writes: a transaction has 4 MB at most.
pub const CHUNKS_A_COMMIT: usize = 8;

/// An invoice's root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptInvoice {
    /// The invoice without its lines.
    pub invoice: Invoice,
    /// The digest of its lines, by which their chunks are named.
    lines_of: String,
    /// What it counts for in the run of its date; none of what the run did not make, and of what was credited in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
}

impl Record for KeptInvoice {
    fn place(&self) -> Place {
        let Invoice { id, client, created_at, .. } = self.invoice;
        // The id says nothing of its age: it is a digest. Of what was made in one run, the later period is newer.
        let from = self.invoice.period().map(|period| period.from.to_string()).unwrap_or_default();
        let sort = format!("{}#{from}#{id}", instant(created_at));
        Place {
            list: Some((keys::list::invoices(self.invoice.is_open()), sort.clone())),
            refers: Some((keys::refers::client_invoices(client, self.invoice.is_open()), sort)),
            ..Place::at(keys::invoice(id))
        }
    }
}

/// Some of an invoice's lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptChunk {
    of: String,
    chunk: LineChunk,
}

impl Record for KeptChunk {
    fn place(&self) -> Place {
        Place::at(keys::invoice_lines(self.chunk.invoice, &self.of, self.chunk.n))
    }
}

/// Lines, ready to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptLines {
    of: String,
    /// In order.
    pub chunks: Vec<KeptChunk>,
}

impl KeptLines {
    /// The chunks of these lines.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for lines that cannot be written down.
    pub fn new(invoice: InvoiceId, lines: &[InvoiceLine]) -> Result<Self> {
        let json = serde_json::to_vec(lines).map_err(|e| Error::Corrupt(e.to_string()))?;
        let of = format!("{:032x}", u128::from_be_bytes(first_half(&Sha256::digest(json))));
        let chunks = chunks(invoice, lines).into_iter().map(|chunk| KeptChunk { of: of.clone(), chunk }).collect();
        Ok(KeptLines { of, chunks })
    }
}

/// On which invoice a contract's period is: there is one for ever, for each kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invoiced {
    /// Which contract.
    pub contract: ContractId,
    /// The first day of its period.
    pub from: Date,
    /// Which kind of invoice.
    pub kind: InvoiceKind,
    /// Which invoice.
    pub invoice: InvoiceId,
}

impl Record for Invoiced {
    fn place(&self) -> Place {
        Place::at(keys::invoiced(self.contract, self.from, self.kind))
    }
}

/// What credit notes took back of an invoice's lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreditedLines {
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// By the lines' places, without taxes.
    pub lines: BTreeMap<u32, Money>,
}

impl Record for CreditedLines {
    fn place(&self) -> Place {
        Place::at(keys::credited_lines(self.invoice))
    }
}

/// An invoice's deferred revenue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptRecognition {
    /// What is deferred, and how much of it is earned.
    pub recognition: Recognition,
    due_at: Option<jiff::Timestamp>,
}

impl KeptRecognition {
    /// Due half an hour into the day after the next day to be recognised, in the tenant's zone: a day is earned when it
    /// is over.
    pub fn new(recognition: Recognition, zone: &Zone) -> Self {
        let on = recognition.next_on().map(|on| on.saturating_add(1.day()));
        let due_at = on.map(|on| zone.at(on, time(0, 30, 0, 0)));
        KeptRecognition { recognition, due_at }
    }
}

impl Record for KeptRecognition {
    fn place(&self) -> Place {
        let due = self.due_at.map(|at| (RECOGNISE, at));
        // The check of the books asks for what is left alone.
        let list =
            self.recognition.next_on().map(|_| (keys::list::RECOGNITIONS.into(), self.recognition.invoice.to_string()));
        Place { due, list, ..Place::at(keys::recognition(self.recognition.invoice)) }
    }
}

/// Which invoices to list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct InvoiceFilter {
    /// To this client.
    pub client: Option<ClientId>,
    /// That stand so.
    pub state: Option<InvoiceState>,
    /// Of this kind.
    pub kind: Option<InvoiceKind>,
    /// Of this contract.
    pub contract: Option<ContractId>,
    /// Also drafts.
    pub drafts: bool,
}

impl TenantStore {
    /// The id of what there is only one of for ever, by what makes it so: version 8 of RFC 9562, from SHA-256.
    pub fn id_of(&self, what: &str) -> Uuid {
        let hash = Sha256::digest(format!("{}#{what}", self.tenant()).as_bytes());
        Builder::from_custom_bytes(first_half(&hash)).into_uuid()
    }

    /// An invoice without its lines.
    pub async fn invoice(&self, id: InvoiceId) -> Result<Versioned<KeptInvoice>> {
        self.get(&keys::invoice(id)).await
    }

    /// All lines of an invoice, in order.
    pub async fn invoice_lines(&self, kept: &KeptInvoice) -> Result<Vec<InvoiceLine>> {
        self.lines_between(kept, 0, kept.invoice.lines as usize).await
    }

    /// A page of an invoice's lines, in order.
    pub async fn page_of_lines(&self, kept: &KeptInvoice, page: &PageRequest) -> Result<Slice<InvoiceLine>> {
        let cursors = self.store.cursors()?;
        let query = format!("INVOICE#{}#LINES#{}", kept.invoice.id, kept.lines_of);
        let after = page.cursor.as_deref().map(|c| cursors.open(self.scope, &query, c)).transpose()?;
        let from: usize = after.map_or(Ok(0), |after| after.parse()).map_err(|_| Error::Cursor)?;
        let to = (from + page.limit as usize).min(kept.invoice.lines as usize);
        let items = self.lines_between(kept, from, to).await?;
        let more = to < kept.invoice.lines as usize;
        Ok(Slice { items, next: more.then(|| cursors.seal(self.scope, &query, &to.to_string())) })
    }

    /// The lines from one place to before another, counted from 0.
    async fn lines_between(&self, kept: &KeptInvoice, from: usize, to: usize) -> Result<Vec<InvoiceLine>> {
        let first = from / LINES_A_CHUNK;
        let keys: Vec<_> = (first..to.div_ceil(LINES_A_CHUNK))
            .map(|n| keys::invoice_lines(kept.invoice.id, &kept.lines_of, u32::try_from(n).unwrap_or(u32::MAX)))
            .collect();
        let mut lines = Vec::with_capacity(keys.len() * LINES_A_CHUNK);
        for some in keys.chunks(SIDE_BY_SIDE) {
            let read: Vec<Versioned<KeptChunk>> = try_join_all(some.iter().map(|key| self.get(key))).await?;
            lines.extend(read.into_iter().flat_map(|read| read.value.chunk.lines));
        }
        let skip = from - first * LINES_A_CHUNK;
        Ok(lines.into_iter().skip(skip).take(to - from).collect())
    }

    /// A page of the invoices and credit notes, newest first, without their lines.
    pub async fn invoices(&self, filter: InvoiceFilter, page: &PageRequest) -> Result<Slice<Versioned<KeptInvoice>>> {
        let (by, partitions) = match filter.client {
            Some(client) => (By::Ref, [true, false].map(|open| keys::refers::client_invoices(client, open)).to_vec()),
            None => (By::List, [true, false].map(keys::list::invoices).to_vec()),
        };
        let query = format!("{}?{filter:?}", partitions.join("+"));
        let listing = Listing { by, partitions, newest_first: true, query };
        let wanted = |KeptInvoice { invoice, .. }: &KeptInvoice| {
            filter.state.is_none_or(|state| invoice.state == state)
                && filter.kind.is_none_or(|kind| invoice.kind == kind)
                && filter.contract.is_none_or(|only| invoice.billed.iter().any(|billed| billed.contract == only))
                && (filter.drafts || invoice.number.is_some())
        };
        self.page(&listing, page, wanted).await
    }

    /// On which invoice a contract's period is.
    pub async fn invoiced(&self, contract: ContractId, from: Date, kind: InvoiceKind) -> Result<Option<InvoiceId>> {
        let found: Option<Versioned<Invoiced>> = self.find(&keys::invoiced(contract, from, kind)).await?;
        Ok(found.map(|found| found.value.invoice))
    }

    /// What credit notes took back of an invoice's lines; nothing, at revision 0, before the first.
    pub async fn credited_lines(&self, invoice: InvoiceId) -> Result<Versioned<CreditedLines>> {
        let none = || Versioned { value: CreditedLines { invoice, lines: BTreeMap::new() }, rev: 0 };
        Ok(self.find(&keys::credited_lines(invoice)).await?.unwrap_or_else(none))
    }

    /// An invoice's deferred revenue, if it has any.
    pub async fn recognition(&self, invoice: InvoiceId) -> Result<Option<Versioned<KeptRecognition>>> {
        self.find(&keys::recognition(invoice)).await
    }
}

impl Commit {
    /// A new invoice over these lines. Its chunks are written by [`Commit::keep_lines`], with it or before.
    pub fn create_invoice(self, invoice: &Invoice, lines: &KeptLines) -> Self {
        self.create_billed(invoice, lines, None)
    }

    /// A new invoice of the run, with what it counts for there; its lines are kept by [`Commit::keep_lines`].
    pub fn create_billed(self, invoice: &Invoice, lines: &KeptLines, run: Option<Run>) -> Self {
        self.create(&KeptInvoice { invoice: invoice.clone(), lines_of: lines.of.clone(), run })
    }

    /// Chunks of lines. Whoever writes them writes the same.
    pub fn keep_lines(self, chunks: &[KeptChunk]) -> Self {
        chunks.iter().fold(self, |commit, chunk| commit.part(chunk, 0))
    }

    /// The next state of an invoice; its lines stay.
    pub fn update_invoice(self, before: &Versioned<KeptInvoice>, after: &Invoice) -> Self {
        self.update_counted(before, after, before.value.run)
    }

    /// The next state of an invoice, with what it counts for in its run from now on; its lines stay.
    pub fn update_counted(self, before: &Versioned<KeptInvoice>, after: &Invoice, run: Option<Run>) -> Self {
        let lines_of = before.value.lines_of.clone();
        self.update(&KeptInvoice { invoice: after.clone(), lines_of, run }, before.rev)
    }
}

fn first_half(hash: &[u8]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes
}
