//! Reactions: an event starts them, at least once; their effect happens once.

use std::future::Future;

use contract::Reaction;
use futures::future::BoxFuture;
use jiff::Timestamp;
use store::events::Envelope;
use store::{Commit, Stamp, TenantStore};
use tokio::time::Instant;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::tries::{Pauses, reconcile};
use crate::world::World;

/// The context of a reaction.
#[derive(Clone)]
pub struct ReactionCx {
    /// Present instant. What happened when is in the envelope.
    pub now: Timestamp,
    /// The data of the event's tenant.
    pub store: TenantStore,
    /// What the process has.
    pub world: World,
    /// What happened.
    pub envelope: Envelope,
    function: &'static str,
}

impl ReactionCx {
    /// A new id.
    pub fn id(&self) -> Uuid {
        (self.world.ids)()
    }

    /// Does a part of the work in its own commit, before the last one that the reaction returns. It must be harmless to
    /// repeat, for a reaction that dies is started again from its beginning.
    ///
    /// # Errors
    /// What `decide` or the store said last.
    pub async fn reconcile<T, Fut>(&self, decide: impl Fn() -> Fut) -> Result<T>
    where
        Fut: Future<Output = Result<(T, Option<Commit>)>>,
    {
        reconcile(&self.world, &self.stamp(), decide).await
    }

    fn stamp(&self) -> Stamp {
        self.world.stamp(self.now, self.function, &self.envelope.request)
    }
}

type RunReaction = Box<dyn Fn(ReactionCx) -> BoxFuture<'static, Result<Commit>> + Send + Sync>;

/// A reaction and what it does.
pub struct ReactionHandler {
    /// The reaction.
    pub reaction: Reaction,
    run: RunReaction,
}

impl ReactionHandler {
    /// A reaction and what it does: it returns what is to be written, together with the note that the event was handled.
    pub fn new<F, Fut>(reaction: Reaction, run: F) -> Self
    where
        F: Fn(ReactionCx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Commit>> + Send + 'static,
    {
        ReactionHandler { reaction, run: Box::new(move |cx| Box::pin(run(cx))) }
    }

    /// Reacts to an event, unless it has done so before.
    ///
    /// # Errors
    /// What kept it from working; the bus delivers the event again.
    pub async fn react(&self, world: &World, envelope: Envelope) -> Result<()> {
        let started = Instant::now();
        let done = self.once(world, envelope).await;
        let ms = started.elapsed().as_secs_f64() * 1_000.0;
        crate::log::run(self.reaction.name, &[], ms, done.as_ref().err());
        done
    }

    async fn once(&self, world: &World, envelope: Envelope) -> Result<()> {
        let function = self.reaction.name;
        let store = world.store.for_tenant(envelope.tenant);
        let cx = ReactionCx { now: world.now(), store, world: world.clone(), envelope, function };
        let mut pauses = Pauses::new(world);
        loop {
            if cx.store.has_handled(function, cx.envelope.id).await? {
                return Ok(());
            }
            let commit = (self.run)(cx.clone()).await?.handled(function, cx.envelope.id, cx.now);
            match world.store.write(commit, &cx.stamp()).await {
                Err(store::Error::Taken("event")) => return Ok(()),
                Err(error) if error.is_passing() && pauses.pause().await => {}
                done => return done.map_err(Error::from),
            }
        }
    }
}
