//! A random desk on a bad day, from a seed: the same seed does the same things in the same order and meets the same faults.
//!
//! Time is tokio's paused clock for pauses and ways, and the stack's own for business; ids and chance come from the seed;
//! a seed runs on one thread, in a runtime of its own, and has its retries to itself. So a failure is had again by its seed
//! and by how often the invariants are looked at: invoices that a run made are known, and acted on, from the next look on.
//!
//! What that gives up: nothing runs truly at once. What meets, meets where somebody waits for a call, whose way is as long as
//! the seed draws. Texts of more than 8 KiB and PDFs are left out, for files are written on threads that keep no order.

mod billing;
mod books;
mod chance;
mod check;
mod desk;
mod many;
mod operations;
mod report;
mod table;

use std::time::Duration;

use futures::future::join_all;
use jiff::SignedDuration;
use local::Settings;
use local::embedded::{Faults, Rates};
use runtime::jobs::JobInput;

pub use chance::Chance;
pub use desk::Scene;
use desk::Tenant;
pub use many::Seeds;
pub use report::{Report, Total};
use table::Table;

use crate::Stack;

/// Per thousand calls: promise 3.
const RATES: Rates = Rates { throttled: 100, conflict: 50, not_sent: 0, answer_lost: 50 };
/// How old an index may be.
const INDEX_LAG: Duration = Duration::from_secs(3);
/// Events of a thousand that come twice.
const DOUBLED: u16 = 300;
/// How long a call is on its way at most, and its answer again, in milliseconds.
const WAY_MS: u16 = 15;
/// How long a job leaves alone what it could not do.
const PUT_OFF: SignedDuration = SignedDuration::from_mins(15);
/// Operations of one seed: at least, and how many more the seed may draw.
const OPERATIONS: (usize, u16) = (200, 300);
/// Most operations at once.
const AT_ONCE: u16 = 5;
/// Once in so many rounds some days go by.
const DAYS_PASS: u16 = 25;

/// Runs one seed to its end. The invariants are looked at after every so many steps; a step is up to five operations at
/// once.
///
/// # Panics
/// When an invariant is broken; the message says which, and how to have it again.
pub async fn run(scene: &Scene, seed: u64, look_every: usize) -> Report {
    let chance = Chance::new(seed);
    let settings = Settings { ids: Some(chance::ids(seed, scene.clock())), ..scene.settings() };
    let stack = scene.restore(settings).await;
    stack.app.seam().recorder().start();
    stack.app.seam().lag_indexes(seed, INDEX_LAG).expect("a copy of the table");
    stack.app.scramble_events(seed, DOUBLED).await;
    stack.app.seam().inject(Faults::seeded(seed, RATES).slow(seed, WAY_MS));
    let mut table = Table::whole(&stack);

    let tenants: Vec<Tenant> = scene.tenants(&stack, seed);
    let wanted = OPERATIONS.0 + usize::from(chance.below(OPERATIONS.1));
    operations::fifty_at_once(&tenants[0]).await;
    let (mut done, mut round) = (0, 0);
    while done < wanted {
        let at_once = usize::from(1 + chance.below(AT_ONCE));
        join_all((0..at_once).map(|_| operations::one(&stack, &tenants, &chance))).await;
        done += at_once;
        round += 1;
        if chance.below(DAYS_PASS) == 0 {
            billing::days_pass(&stack, &chance).await;
        }
        if round % look_every == 0 {
            check::look(&stack, &mut table, &tenants, &format!("after {done} operations, {}", again(seed, look_every)));
        }
    }
    quiet(&stack).await;
    check::look(&stack, &mut table, &tenants, &format!("in the end, {}", again(seed, look_every)));
    check::in_the_end(&stack, &table, &tenants, &again(seed, look_every)).await;
    report(&stack, &tenants, done)
}

/// How a failure is had again.
fn again(seed: u64, look_every: usize) -> String {
    format!("seed {seed}; `cargo xtask simulate --from {seed} --seeds 1 --look-every {look_every}` does it again")
}

/// A good day again: indexes catch up, events arrive, what is due is done.
async fn quiet(stack: &Stack) {
    stack.app.seam().inject(Faults::none());
    tokio::time::sleep(INDEX_LAG).await;
    for _ in 0..3 {
        // What was put off comes due again.
        stack.app.clock().advance(PUT_OFF).expect("time moves");
        stack.app.settle().await;
        stack.scan().await;
        stack.app.run_job(billing::RUN, JobInput::default()).await.expect("the run runs");
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
        report.issued += tally.issued.len();
    }
    report.measure(stack.app.seam().recorder().take());
    report
}
