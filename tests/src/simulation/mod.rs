//! A random desk on a bad day, from a seed: the same seed does the same things in the same order and meets the same faults.
//!
//! Time is tokio's paused clock for pauses and ways, and the stack's own for business; ids and chance come from the seed;
//! everything runs on one thread. So a failure is had again by its seed alone.

mod chance;
mod check;
mod desk;
mod operations;

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use local::Settings;
use local::embedded::{Faults, Rates};

pub use chance::Chance;
pub use desk::Scene;
use desk::Tenant;

use crate::Stack;

/// Per thousand calls: promise 3.
const RATES: Rates = Rates { throttled: 100, conflict: 50, not_sent: 0, answer_lost: 50 };
/// How old an index may be.
const INDEX_LAG: Duration = Duration::from_secs(3);
/// Events of a thousand that come twice.
const DOUBLED: u16 = 300;
/// How long a call is on its way at most, and its answer again, in milliseconds.
const WAY_MS: u16 = 15;
/// Operations of one seed: at least, and how many more the seed may draw.
const OPERATIONS: (usize, u16) = (200, 300);
/// Most operations at once.
const AT_ONCE: u16 = 5;
/// Rounds between two looks at the invariants.
const LOOK_EVERY: usize = 8;

/// What one seed did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Operations done.
    pub operations: usize,
    /// Requests sent, repeats included.
    pub requests: u64,
    /// Requests that were told to come back later.
    pub turned_away: u64,
    /// Tickets there were in the end.
    pub tickets: usize,
    /// Misses there were in the end.
    pub breaches: usize,
    /// Writes by partition, in both tables.
    pub partitions: BTreeMap<String, u64>,
    /// The largest transaction: actions, and bytes of its items.
    pub largest: (usize, usize),
    /// The largest item in bytes.
    pub largest_item: usize,
    /// A digest of everything that was answered, in order: the same for the same seed.
    pub trace: u64,
}

/// Runs one seed to its end.
///
/// # Panics
/// When an invariant is broken; the message says which, and how to have it again.
pub async fn run(scene: &Scene, seed: u64) -> Report {
    let chance = Chance::new(seed);
    let settings = Settings { ids: Some(chance::ids(seed, scene.clock())), ..scene.settings() };
    let stack = scene.restore(settings).await;
    stack.app.seam().recorder().start();
    stack.app.seam().lag_indexes(seed, INDEX_LAG).expect("a copy of the table");
    stack.app.scramble_events(seed, DOUBLED).await;
    stack.app.seam().inject(Faults::seeded(seed, RATES).slow(seed, WAY_MS));

    let tenants: Vec<Tenant> = scene.tenants(&stack, seed);
    let wanted = OPERATIONS.0 + usize::from(chance.below(OPERATIONS.1));
    operations::fifty_at_once(&tenants[0]).await;
    let (mut done, mut round) = (0, 0);
    while done < wanted {
        let at_once = usize::from(1 + chance.below(AT_ONCE));
        join_all((0..at_once).map(|_| operations::one(&stack, &tenants, &chance))).await;
        done += at_once;
        round += 1;
        if round % LOOK_EVERY == 0 {
            check::look(&stack, &tenants, &format!("after {done} operations, {}", again(seed)));
        }
    }
    quiet(&stack).await;
    check::look(&stack, &tenants, &format!("in the end, {}", again(seed)));
    check::in_the_end(&stack, &tenants, &again(seed)).await;
    report(&stack, &tenants, done)
}

/// How a failure is had again.
fn again(seed: u64) -> String {
    format!("seed {seed}; `cargo xtask simulate --from {seed} --seeds 1` does it again")
}

/// A good day again: indexes catch up, events arrive, what is due is done.
async fn quiet(stack: &Stack) {
    stack.app.seam().inject(Faults::none());
    tokio::time::sleep(INDEX_LAG).await;
    for _ in 0..3 {
        stack.app.settle().await;
        stack.scan().await;
        tokio::time::sleep(INDEX_LAG).await;
    }
    stack.app.settle().await;
}

fn report(stack: &Stack, tenants: &[Tenant], operations: usize) -> Report {
    let mut report = Report { operations, ..Report::default() };
    for tenant in tenants {
        let tally = tenant.tally.borrow();
        report.requests += tally.requests;
        report.turned_away += tally.turned_away;
        report.trace = report.trace.rotate_left(1) ^ tally.trace;
        report.tickets += tally.tickets.len();
        report.breaches += tally.breaches.len();
    }
    let recorded = stack.app.seam().recorder().take();
    for call in recorded.chunk_by(|one, next| one.call == next.call) {
        let bytes = call.iter().map(|part| part.touch.item_bytes).sum();
        report.largest = (report.largest.0.max(call.len()), report.largest.1.max(bytes));
        for part in call {
            report.largest_item = report.largest_item.max(part.touch.item_bytes);
            let writes = ["PutItem", "UpdateItem", "DeleteItem"].iter().any(|what| part.touch.action.ends_with(what));
            for key in part.touch.keys.iter().filter(|_| writes && part.touch.resource.starts_with("table/")) {
                *report.partitions.entry(key.clone()).or_default() += 1;
            }
        }
    }
    report
}
