//! Writing outside of a handler's last word: what must be noted before an effect outside the store, and closed after it.

use std::future::Future;

use store::{Commit, Stamp};

use crate::error::Result;
use crate::tries::reconcile;
use crate::world::World;

/// Writes in the name of a request or a run.
#[derive(Clone)]
pub struct Scribe {
    pub(crate) world: World,
    pub(crate) stamp: Stamp,
}

impl Scribe {
    /// Reads, decides and writes; on a conflict reads again and decides again.
    ///
    /// # Errors
    /// What `decide` or the store said last.
    pub async fn write<T, Fut>(&self, decide: impl Fn() -> Fut) -> Result<T>
    where
        Fut: Future<Output = Result<(T, Option<Commit>)>>,
    {
        reconcile(&self.world, &self.stamp, decide).await
    }
}
