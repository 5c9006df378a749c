//! Contracts: a root that stays small, its lines in chunks beside it, its book, its amendments, and what it renews to.
//!
//! Root and lines are one thing: they are written together, and the root's revision guards all of it. Every chunk says
//! with which revision of the root it was written, so that a reader who comes in between reads again.

use domain::billing::bill::Book;
use domain::billing::contract::{Amendment, Contract, ContractState, Line, upcoming};
use domain::ids::{AmendmentId, ClientId, ContractId};
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::error::{Error, from_sdk};
use crate::item::{Place, Record, from_item, json_bytes, text};
use crate::list::By;
use crate::{Commit, Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// The job that bills what is due.
pub const INVOICE_RUN: &str = "billing-invoice-run";
/// Most lines of a chunk.
const LINES_A_CHUNK: usize = 100;
/// Most bytes of a chunk's lines as JSON, which is longer than they are in DynamoDB: an item has 400 KB at most.
const BYTES_A_CHUNK: usize = 300_000;
/// Most bytes of all lines as JSON: a transaction has 4 MB at most.
const BYTES_OF_LINES: usize = 3_000_000;
/// Most bytes of an amendment as JSON.
const BYTES_OF_AMENDMENT: usize = 300_000;

/// A contract's root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContractRoot {
    /// The contract without its lines.
    pub contract: Contract,
    /// How many chunks hold its lines.
    chunks: u32,
    /// The revision of the root with which they were written.
    lines_rev: u64,
    /// When its next bill is due; 00:30 in the tenant's zone as it was when this was written. After a change of zone the
    /// run meets the contract at the old instant, and what it bills goes by the new zone's date.
    due_at: Option<Timestamp>,
}

impl Record for ContractRoot {
    fn place(&self) -> Place {
        let Contract { id, client, .. } = self.contract;
        Place {
            list: Some((keys::list::CONTRACTS.into(), id.to_string())),
            refers: Some((keys::refers::client_contracts(client), id.to_string())),
            due: self.due_at.map(|at| (INVOICE_RUN, at)),
            ..Place::at(keys::contract(id))
        }
    }
}

/// Some of a contract's lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct LineChunk {
    contract: ContractId,
    n: u32,
    /// The revision of the root with which it was written.
    of: u64,
    lines: Vec<Line>,
}

impl Record for LineChunk {
    fn place(&self) -> Place {
        Place::at(keys::contract_lines(self.contract, self.n))
    }
}

/// What was billed for a contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContractBook {
    /// Which contract.
    pub contract: ContractId,
    /// What was billed, line by line.
    pub book: Book,
}

impl Record for ContractBook {
    fn place(&self) -> Place {
        Place::at(keys::contract_book(self.contract))
    }
}

/// An amendment that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptAmendment {
    /// Which amendment.
    pub id: AmendmentId,
    /// Of which contract.
    pub contract: ContractId,
    /// What it said.
    pub amendment: Amendment,
}

impl Record for KeptAmendment {
    fn place(&self) -> Place {
        Place::at(keys::amendment(self.contract, self.id))
    }
}

/// The end of a contract's term, by the last day of notice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Renewing {
    /// Of which contract.
    pub contract: ContractId,
    /// What people call it by.
    pub number: String,
    /// Its name.
    pub name: String,
    /// With whom.
    pub client: ClientId,
    /// What comes; none when the contract has no end, or is not in force.
    pub comes: Option<Comes>,
}

/// What comes at the end of a term; see [`domain::billing::contract::Upcoming`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comes {
    /// The last local date on which notice may be given.
    pub notice_by: Date,
    /// The first day after the term.
    pub ends_on: Date,
    /// Whether it goes on by itself.
    pub auto: bool,
    /// The end of the next term, exclusive, if it goes on.
    pub until: Option<Date>,
    /// What the prices are multiplied by then.
    pub factor: Decimal,
}

impl Renewing {
    fn of(contract: &Contract) -> Self {
        // An open account is always over: it has no end that somebody waits for.
        let active = contract.state == ContractState::Active && !contract.open_account;
        let comes = upcoming(contract).filter(|_| active).map(|upcoming| Comes {
            notice_by: upcoming.notice_by,
            ends_on: upcoming.ends_on,
            auto: upcoming.auto,
            until: upcoming.until,
            factor: upcoming.factor,
        });
        let Contract { id, number, name, client, .. } = contract;
        Renewing { contract: *id, number: number.clone(), name: name.clone(), client: *client, comes }
    }
}

impl Record for Renewing {
    fn place(&self) -> Place {
        let list = |comes: Comes| (keys::list::RENEWALS.into(), format!("{}#{}", comes.notice_by, self.contract));
        Place { list: self.comes.map(list), ..Place::at(keys::contract_renewal(self.contract)) }
    }
}

/// A contract with its lines, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptContract {
    /// The contract.
    pub contract: Contract,
    chunks: u32,
    lines_rev: u64,
}

/// Which contracts to list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ContractFilter {
    /// With this client.
    pub client: Option<ClientId>,
    /// That got so far.
    pub state: Option<ContractState>,
}

impl TenantStore {
    /// A contract with its lines.
    pub async fn contract(&self, id: ContractId) -> Result<Versioned<KeptContract>> {
        self.with_lines(self.contract_root(id).await?).await
    }

    /// A contract whose root was read, with its lines.
    pub async fn with_lines(&self, root: Versioned<ContractRoot>) -> Result<Versioned<KeptContract>> {
        let Versioned { value: ContractRoot { mut contract, chunks, lines_rev, .. }, rev } = root;
        contract.lines = self.contract_lines(contract.id, chunks, lines_rev).await?;
        Ok(Versioned { value: KeptContract { contract, chunks, lines_rev }, rev })
    }

    /// A contract without its lines.
    pub async fn contract_root(&self, id: ContractId) -> Result<Versioned<ContractRoot>> {
        self.get(&keys::contract(id)).await
    }

    async fn contract_lines(&self, id: ContractId, chunks: u32, lines_rev: u64) -> Result<Vec<Line>> {
        let key = keys::contract_lines(id, 0);
        let to = keys::contract_lines(id, chunks.saturating_sub(1)).sk;
        let mut read = self
            .store
            .dynamo
            .query()
            .table_name(&self.store.names.main)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(self.scope.prefix(&key.pk)))
            .expression_attribute_values(":from", text(key.sk))
            .expression_attribute_values(":to", text(to))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut lines = Vec::new();
        let mut found = 0;
        while let Some(item) = read.next().await {
            let chunk: LineChunk = from_item(&item.map_err(from_sdk)?)?.value;
            if chunk.of != lines_rev {
                return Err(Error::Stale(format!("the lines of {id}")));
            }
            lines.extend(chunk.lines);
            found += 1;
        }
        if found == chunks {
            Ok(lines)
        } else {
            Err(Error::Corrupt(format!("{id}: {found} of {chunks} chunks of lines")))
        }
    }

    /// A page of the contracts, newest first, without their lines.
    pub async fn contracts(
        &self,
        filter: ContractFilter,
        page: &PageRequest,
    ) -> Result<Slice<Versioned<ContractRoot>>> {
        let (by, partition) = match filter.client {
            Some(client) => (By::Ref, keys::refers::client_contracts(client)),
            None => (By::List, keys::list::CONTRACTS.to_owned()),
        };
        let query = format!("{partition}?{filter:?}");
        let listing = Listing { by, partitions: vec![partition], newest_first: true, query };
        let wanted = |root: &ContractRoot| filter.state.is_none_or(|state| root.contract.state == state);
        self.page(&listing, page, wanted).await
    }

    /// All contracts with a client, oldest first. It may be a moment behind.
    pub async fn contracts_of(&self, client: ClientId) -> Result<Vec<ContractId>> {
        Ok(self.contract_roots_of(client).await?.into_iter().map(|root| root.contract.id).collect())
    }

    /// All contracts with a client, oldest first, without their lines. They may be a moment behind.
    pub async fn contract_roots_of(&self, client: ClientId) -> Result<Vec<ContractRoot>> {
        let found: Vec<Versioned<ContractRoot>> = self.open(&keys::refers::client_contracts(client)).await?;
        Ok(found.into_iter().map(|root| root.value).collect())
    }

    /// A page of the terms that come to their end, by the last day of notice.
    pub async fn renewals(
        &self,
        client: Option<ClientId>,
        until: Option<Date>,
        page: &PageRequest,
    ) -> Result<Slice<Versioned<Renewing>>> {
        let query = format!("{}?{client:?}{until:?}", keys::list::RENEWALS);
        let partitions = vec![keys::list::RENEWALS.to_owned()];
        let listing = Listing { by: By::List, partitions, newest_first: false, query };
        let wanted = |renewing: &Renewing| {
            client.is_none_or(|client| renewing.client == client)
                && renewing.comes.is_some_and(|comes| until.is_none_or(|until| comes.notice_by <= until))
        };
        self.page(&listing, page, wanted).await
    }

    /// A page of a contract's amendments, oldest first.
    pub async fn amendments(
        &self,
        contract: ContractId,
        page: &PageRequest,
    ) -> Result<Slice<Versioned<KeptAmendment>>> {
        let partition = keys::contract(contract).pk;
        let query = format!("{partition}#AMENDMENTS");
        let listing =
            Listing { by: By::Children("AMENDMENT#"), partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |_| true).await
    }

    /// What was billed for a contract; nothing before its first bill, at revision 0.
    pub async fn contract_book(&self, contract: ContractId) -> Result<Versioned<ContractBook>> {
        let none = || Versioned { value: ContractBook { contract, book: Book::default() }, rev: 0 };
        Ok(self.find(&keys::contract_book(contract)).await?.unwrap_or_else(none))
    }

    /// The next number of this tenant's contracts, as people call them: `C-2026-0017`. A number that is drawn and not
    /// used is lost, never given twice.
    pub async fn next_contract_number(&self, today: Date) -> Result<String> {
        Ok(format!("C-{}-{:04}", today.year(), self.draw("CONTRACT").await?))
    }
}

impl Commit {
    /// A new contract. `zone` is the tenant's.
    pub fn create_contract(self, contract: &Contract, zone: &Zone) -> Self {
        self.keep_contract(None, 0, contract, zone)
    }

    /// The next state of a contract; its lines are written only when they changed. `zone` is the tenant's.
    pub fn update_contract(self, before: &Versioned<KeptContract>, after: &Contract, zone: &Zone) -> Self {
        self.keep_contract(Some(&before.value), before.rev, after, zone)
    }

    fn keep_contract(self, before: Option<&KeptContract>, rev: u64, after: &Contract, zone: &Zone) -> Self {
        let same_lines = before.filter(|before| before.contract.lines == after.lines);
        let parts = if same_lines.is_some() { Vec::new() } else { chunked(after, rev + 1) };
        let (chunks, lines_rev) = match same_lines {
            Some(before) => (before.chunks, before.lines_rev),
            None => (u32::try_from(parts.len()).unwrap_or(u32::MAX), rev + 1),
        };
        let contract = Contract { lines: Vec::new(), ..after.clone() };
        let root = ContractRoot { contract, chunks, lines_rev, due_at: after.due_at(zone) };
        let commit = parts.iter().fold(self.update(&root, rev), |commit, chunk| commit.part(chunk, rev));
        let (was, is) = (before.map(|before| Renewing::of(&before.contract)), Renewing::of(after));
        let known = was.as_ref().is_some_and(|was| was.comes.is_some());
        if (known || is.comes.is_some()) && was.as_ref() != Some(&is) { commit.part(&is, rev) } else { commit }
    }
}

/// Lines in chunks, in order, each small enough for an item.
fn chunked(contract: &Contract, of: u64) -> Vec<LineChunk> {
    let mut chunks: Vec<LineChunk> = Vec::new();
    let mut bytes = 0;
    for line in &contract.lines {
        let length = json_bytes(line);
        match chunks.last_mut() {
            Some(chunk) if chunk.lines.len() < LINES_A_CHUNK && bytes + length <= BYTES_A_CHUNK => {
                chunk.lines.push(line.clone());
                bytes += length;
            }
            _ => {
                let n = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
                chunks.push(LineChunk { contract: contract.id, n, of, lines: vec![line.clone()] });
                bytes = length;
            }
        }
    }
    chunks
}

/// Whether a contract's lines can be kept: each in an item, all of them in a transaction.
pub fn lines_fit(contract: &Contract) -> bool {
    let lengths = || contract.lines.iter().map(json_bytes);
    lengths().all(|length| length <= BYTES_A_CHUNK) && lengths().sum::<usize>() <= BYTES_OF_LINES
}

/// Whether an amendment can be kept in an item.
pub fn amendment_fits(amendment: &Amendment) -> bool {
    json_bytes(amendment) <= BYTES_OF_AMENDMENT
}
