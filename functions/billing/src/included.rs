//! What the open work of a client draws from prepaid hours before it is billed, contract by contract, and what that leaves of
//! the hours that one of them includes.

use std::collections::BTreeSet;

use contract::contracts::HoursView;
use domain::billing::bill::{Facts, Watched, included_hours, watch};
use domain::billing::blocks::SoldBlock;
use domain::billing::contract::{Contract, ContractState};
use domain::billing::hours::Block;
use domain::ids::{ContractId, TimeEntryId};
use jiff::Timestamp;
use runtime::Result;
use store::contracts::KeptContract;
use store::{TenantStore, Versioned};

use crate::due::DueContract;
use crate::house::House;

/// Most contracts that are looked at because their turn comes before: each is some ten reads, and one of them takes all work
/// that names no contract. What is drawn from blocks for contracts beyond these is not seen.
const MOST_BEFORE: usize = 10;

/// What the open work of a client's contracts draws from its blocks, contract by contract.
pub(crate) struct Drawn {
    /// As the work that was looked at leaves them.
    blocks: Vec<Block>,
    /// The work that was looked at.
    seen: BTreeSet<TimeEntryId>,
}

impl Drawn {
    /// Nothing was looked at yet.
    pub(crate) fn of(blocks: &[Versioned<SoldBlock>]) -> Self {
        Drawn { blocks: blocks.iter().map(|sold| sold.value.block.clone()).collect(), seen: BTreeSet::new() }
    }

    /// The blocks, as the work that was looked at leaves them.
    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Leaves to a contract the work that those before it do not take: what is left to the run is with whose bill comes first.
    pub(crate) fn leave(&self, due: &mut DueContract) {
        due.time.retain(|entry| !self.seen.contains(&entry.value.id));
    }

    /// What the work of a further contract draws on.
    pub(crate) fn before(&self, facts: Facts) -> Facts {
        Facts { blocks: self.blocks.clone(), ..facts }
    }

    /// Takes note of what the work of a contract draws.
    pub(crate) fn draw(&mut self, due: &DueContract, watched: &Watched) {
        self.seen.extend(due.time.iter().map(|entry| entry.value.id));
        for block in &mut self.blocks {
            if let Some(after) = watched.blocks.iter().find(|after| after.id == block.id) {
                block.clone_from(after);
            }
        }
    }
}

/// Whether bills of it are to come.
pub(crate) fn is_billed(contract: &Contract) -> bool {
    contract.state == ContractState::Active && contract.next_on.is_some()
}

/// What is left of the hours that a contract includes in the month that has today; none where it includes none.
///
/// # Errors
/// When something cannot be read.
pub(crate) async fn hours_of(
    store: &TenantStore,
    read: &Versioned<KeptContract>,
    now: Timestamp,
) -> Result<Option<HoursView>> {
    let contract = &read.value.contract;
    if !is_billed(contract) || contract.lines.iter().all(|line| line.bucket.is_none()) {
        return Ok(None);
    }
    let house = House::of(store, now).await?;
    let mut due = DueContract::of(store, &house, read.clone()).await?;
    let mut drawn = Drawn::of(&due.blocks);
    let unbound = due.time.iter().any(|entry| entry.value.contract.is_none());
    if unbound || due.blocks.iter().any(|sold| !sold.value.block.left().is_zero()) {
        for id in before(store, contract).await? {
            let mut earlier = DueContract::read(store, &house, id).await?;
            drawn.leave(&mut earlier);
            // Work that has no price yet draws when its bill is made, which waits for one.
            let facts = earlier.facts(&house).map(|facts| drawn.before(facts));
            let watched = facts.and_then(|facts| watch(&facts)).unwrap_or_default();
            drawn.draw(&earlier, &watched);
        }
    }
    drawn.leave(&mut due);
    let hours = |due: &DueContract| included_hours(&drawn.before(due.facts(&house)?), house.today);
    let (hours, is_whole) = match hours(&due) {
        Ok(hours) => (hours, true),
        Err(_) => {
            due.time.clear();
            (hours(&due)?, false)
        }
    };
    Ok(hours.map(|hours| HoursView::of(hours, is_whole)))
}

/// The contracts of the same client whose bills come before this one's, in their order. What waits for somebody takes nothing
/// from the others.
async fn before(store: &TenantStore, contract: &Contract) -> Result<Vec<ContractId>> {
    let turn = |contract: &Contract| (contract.next_on, contract.id);
    let roots = store.contract_roots_of(contract.client).await?.into_iter().map(|root| root.contract);
    let mut earlier: Vec<Contract> =
        roots.filter(|other| is_billed(other) && other.parked.is_none() && turn(other) < turn(contract)).collect();
    earlier.sort_by_key(turn);
    Ok(earlier.iter().take(MOST_BEFORE).map(|other| other.id).collect())
}
