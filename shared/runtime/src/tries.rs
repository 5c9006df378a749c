//! Trying again while the store is busy, or somebody else wrote first.

use std::future::Future;
use std::time::Duration;

use store::{Commit, Stamp};
use tokio::time::Instant;

use crate::error::Result;
use crate::world::World;

/// How long a request goes on trying against a busy store. The API gives up at 30 s, the function at 29 s.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest pause between two tries, in milliseconds; the pauses grow to it with jitter.
const MAX_PAUSE_MS: u64 = 400;

/// Pauses between tries: growing, jittered, and over when the request's time is.
pub(crate) struct Pauses {
    until: Instant,
    next_ms: u64,
    ids: store::IdSource,
}

impl Pauses {
    pub(crate) fn new(world: &World) -> Self {
        Pauses { until: Instant::now() + PATIENCE, next_ms: 5, ids: world.ids.clone() }
    }

    /// Waits; `false` when there is no time left to try again.
    pub(crate) async fn pause(&mut self) -> bool {
        let random = u64::from((self.ids)().as_bytes()[15]);
        let pause = Duration::from_millis(self.next_ms / 2 + self.next_ms * random / 512);
        self.next_ms = (self.next_ms * 2).min(MAX_PAUSE_MS);
        if Instant::now() + pause >= self.until {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }
}

/// Reads, decides and writes; on a conflict reads again and decides again, while there is time.
pub(crate) async fn reconcile<T, Fut>(world: &World, stamp: &Stamp, decide: impl Fn() -> Fut) -> Result<T>
where
    Fut: Future<Output = Result<(T, Option<Commit>)>>,
{
    let mut pauses = Pauses::new(world);
    loop {
        let (done, commit) = decide().await?;
        let Some(commit) = commit else { return Ok(done) };
        match world.store.write(commit, stamp).await {
            Ok(()) => return Ok(done),
            Err(error) if error.is_passing() && pauses.pause().await => {}
            Err(error) => return Err(error.into()),
        }
    }
}
