//! Writing the demo: through the one write path, many records a transaction.

use std::collections::HashSet;

use domain::ids::{MessageId, UserId};
use domain::users::Owners;
use runtime::{Result, World};
use store::commit::MAX_ACTIONS;
use store::departments::Rotation;
use store::findings::Review;
use store::{Commit, Stamp, TenantStore};
use uuid::Uuid;

use super::Progress;
use super::desk::{Outcome, Worked};
use super::house::House;

/// Who the audit log says it was.
const ACTOR: &str = "demo";

/// A commit that is written when it is full, and begun anew.
pub(super) struct Batch<'a> {
    world: &'a World,
    store: TenantStore,
    commit: Commit,
    actions: usize,
    /// Owners whose counter the commit moves already: a transaction touches an item once.
    counted: HashSet<UserId>,
}

impl<'a> Batch<'a> {
    /// An empty one.
    pub(super) fn new(world: &'a World, house: &House) -> Self {
        let store = world.store.for_tenant(house.tenant.id);
        let commit = store.commit();
        Batch { world, store, commit, actions: 0, counted: HashSet::new() }
    }

    /// The tenant's data.
    pub(super) fn store(&self) -> &TenantStore {
        &self.store
    }

    /// Adds writes that are so many actions.
    pub(super) async fn add(&mut self, actions: usize, write: impl FnOnce(Commit) -> Commit) -> Result<()> {
        // One action is the audit entry's.
        if self.actions + actions >= MAX_ACTIONS {
            self.write().await?;
        }
        let commit = std::mem::replace(&mut self.commit, self.store.commit());
        self.commit = write(commit);
        self.actions += actions;
        Ok(())
    }

    /// Writes what is in it.
    pub(super) async fn write(&mut self) -> Result<()> {
        let commit = std::mem::replace(&mut self.commit, self.store.commit());
        let stamp = Stamp {
            now: self.world.now(),
            ids: self.world.ids.clone(),
            actor: ACTOR.to_owned(),
            function: ACTOR,
            request: ACTOR.to_owned(),
        };
        self.actions = 0;
        self.counted.clear();
        Ok(self.world.store.write(commit, &stamp).await?)
    }
}

/// Writes everything but the tickets.
pub(super) async fn house(world: &World, house: &House) -> Result<()> {
    let mut batch = Batch::new(world, house);
    batch.add(2, |commit| commit.create(&house.tenant).create(&Owners::FIRST)).await?;
    for user in &house.users {
        batch.add(2, |commit| commit.create_user(user)).await?;
    }
    for calendar in &house.calendars {
        batch.add(1, |commit| commit.create(calendar)).await?;
    }
    for policy in &house.policies {
        batch.add(1, |commit| commit.create(policy)).await?;
    }
    for department in &house.departments {
        batch.add(1, |commit| commit.create(department)).await?;
    }
    for client in &house.clients {
        let review = Review::first(client.id, world.now());
        batch.add(2, |commit| commit.create(client).create(&review)).await?;
    }
    for contact in &house.contacts.0 {
        batch.add(1, |commit| commit.create(contact)).await?;
    }
    batch.write().await
}

/// Writes the tickets with their timelines, their owners' loads, their numbers, and whose turn is next.
pub(super) async fn tickets(world: &World, house: &House, worked: Outcome, progress: &Progress) -> Result<()> {
    let mut batch = Batch::new(world, house);
    for (department, last) in worked.turns {
        let rotation = Rotation { department, last: Some(last) };
        batch.add(1, |commit| commit.create(&rotation)).await?;
    }
    for worked in worked.cases {
        // Drawn, so that the next ticket's number is the next one.
        batch.store.next_ticket_number().await?;
        ticket(&mut batch, house, worked).await?;
        progress.step(1);
    }
    batch.write().await
}

async fn ticket(batch: &mut Batch<'_>, house: &House, Worked { ticket, entries }: Worked) -> Result<()> {
    let owner = ticket.counts_as_load();
    if owner.is_some_and(|owner| batch.counted.contains(&owner)) {
        batch.write().await?;
    }
    let mut kept = Vec::with_capacity(entries.len());
    for (index, entry) in entries.into_iter().enumerate() {
        let id: MessageId = entry_id(ticket.number, index);
        kept.push(batch.store.keep_entry(ticket.id, entry, id.uuid()).await?);
    }
    let capacity = owner.and_then(|owner| house.user(owner).ok()).and_then(|owner| owner.capacity);
    let actions = 1 + kept.len() + owner.iter().len();
    let write =
        |commit: Commit| kept.iter().fold(commit.create(&ticket), Commit::create).move_load(None, owner, capacity);
    batch.add(actions, write).await?;
    batch.counted.extend(owner);
    Ok(())
}

/// The id of a ticket's entry, which the store dates: those of one instant keep their order.
fn entry_id(ticket: u64, index: usize) -> MessageId {
    let count = (u128::from(ticket) << 16) | index as u128;
    MessageId::from_uuid(Uuid::from_u128(0x7 << 76 | 0b10 << 62 | count))
}
