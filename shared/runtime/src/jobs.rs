//! Jobs: take no input, reconcile what is due, stop in time, go on at the next call.

use std::future::Future;
use std::time::Duration;

use contract::Job;
use futures::future::{BoxFuture, join_all};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::due::Due;
use store::{Commit, Store, TenantStore};
use tokio::time::Instant;

use crate::error::{Error, Result};
use crate::scribe::Scribe;
use crate::tries::reconcile;
use crate::world::{World, whole_ms};

/// A job stops this long before its time is over, and goes on at the next call.
pub const SPARE: Duration = Duration::from_secs(60);
/// Failures after which an item is parked.
const MAX_FAILURES: u32 = 5;
/// Most entries that a dry run lists.
const MAX_LISTED: usize = 1_000;

/// What a schedule sends, and what a person may send by hand.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobInput {
    /// The scheduled time; the job's clock stands there. Now, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// Say what would be done, and do nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a job did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobReport {
    /// Items whose work was done.
    pub done: u64,
    /// Items that turned out to need nothing.
    pub skipped: u64,
    /// Items whose work failed and is tried again later.
    pub failed: u64,
    /// Items that kept failing and were taken out, to be looked at by a person.
    pub parked: u64,
    /// Items that are well, but whose work waits until a person has said yes or mended what stands in its way: contracts
    /// whose bill is held. Nothing failed; they are not in `done`.
    #[serde(default)]
    pub held: u64,
    /// Whether time ran out before all was done.
    pub more: bool,
    /// In a dry run: what would be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub would: Vec<Value>,
}

impl JobReport {
    fn add(&mut self, other: JobReport) {
        self.done += other.done;
        self.skipped += other.skipped;
        self.failed += other.failed;
        self.parked += other.parked;
        self.held += other.held;
        self.more |= other.more;
        self.would.extend(other.would);
        self.would.truncate(MAX_LISTED);
    }
}

/// What became of one item.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Done, in its own commit.
    Done,
    /// Nothing was to do.
    Skipped,
    /// It waits for a person, as its own commit says.
    Held,
    /// Would be done, were this not a dry run.
    Would(Value),
}

/// The context of a job's run.
#[derive(Clone)]
pub struct JobCx {
    /// The scheduled time.
    pub now: Timestamp,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
    /// What the process has.
    pub world: World,
    job: Job,
    invocation: String,
    stop_at: Instant,
}

impl JobCx {
    /// Whether the job must stop and leave the rest to the next call.
    pub fn is_out_of_time(&self) -> bool {
        Instant::now() >= self.stop_at
    }

    /// One tenant's data.
    pub fn tenant(&self, due: &Due) -> TenantStore {
        self.world.store.for_tenant(due.tenant)
    }

    /// Writes on the way, before and after an effect outside the store. A dry run must not come here.
    pub fn scribe(&self) -> Scribe {
        Scribe { world: self.world.clone(), stamp: self.world.stamp(self.now, self.job.name, &self.invocation) }
    }

    /// Does one item: `decide` reads and says what to write; on a conflict it reads again and decides again.
    ///
    /// # Errors
    /// What `decide` or the store said last.
    pub async fn reconcile<T, Fut>(&self, decide: impl Fn() -> Fut) -> Result<T>
    where
        Fut: Future<Output = Result<(T, Option<Commit>)>>,
    {
        let stamp = self.world.stamp(self.now, self.job.name, &self.invocation);
        reconcile(&self.world, &stamp, || async {
            let (done, commit) = decide().await?;
            Ok((done, commit.filter(|_| !self.dry_run)))
        })
        .await
    }

    /// Works on everything that is due: shards side by side, each in order of time, until nothing is due or time is over.
    ///
    /// # Errors
    /// When the index cannot be read at all; a failing item only counts as failed.
    pub async fn each_due<Fut>(&self, work: impl Fn(Due) -> Fut) -> Result<JobReport>
    where
        Fut: Future<Output = Result<Step>>,
    {
        let mut report = JobReport::default();
        for shard in join_all(Store::due_shards().map(|shard| self.shard(shard, &work))).await {
            report.add(shard?);
        }
        Ok(report)
    }

    async fn shard<Fut: Future<Output = Result<Step>>>(
        &self,
        shard: u32,
        work: &impl Fn(Due) -> Fut,
    ) -> Result<JobReport> {
        let mut report = JobReport::default();
        let mut after = None;
        loop {
            let page = self.world.store.due(self.job.name, shard, self.now, after.as_ref()).await?;
            let Some(last) = page.last().cloned() else { return Ok(report) };
            for due in page {
                if self.is_out_of_time() {
                    report.more = true;
                    return Ok(report);
                }
                match work(due.clone()).await {
                    Ok(Step::Done) => report.done += 1,
                    Ok(Step::Skipped) => report.skipped += 1,
                    Ok(Step::Held) => report.held += 1,
                    Ok(Step::Would(what)) => report.would.push(what),
                    Err(error) => self.failed(&due, &error, &mut report).await,
                }
            }
            after = Some(last);
        }
    }

    /// A failing item goes to the back of the queue, and out of it in the end; it blocks nobody.
    async fn failed(&self, due: &Due, error: &Error, report: &mut JobReport) {
        report.failed += 1;
        tracing::error!(function = self.job.name, tenant = %due.tenant, item = due.pk, %error, "item failed");
        if self.dry_run || error.is_passing() {
            return;
        }
        let later = self.now.checked_add(SignedDuration::from_mins(15)).unwrap_or(Timestamp::MAX);
        match self.world.store.put_off(due, later).await {
            Ok(failures) if failures >= MAX_FAILURES => {
                // The put-off moved its place in the index; the park names the item by its key alone.
                match self.world.store.park(due, self.now, error.parked(), &error.to_string()).await {
                    Ok(()) => report.parked += 1,
                    Err(error) => tracing::warn!(item = due.pk, %error, "item was not parked"),
                }
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(item = due.pk, %error, "item was not put off"),
        }
    }
}

type RunJob = Box<dyn Fn(JobCx) -> BoxFuture<'static, Result<JobReport>> + Send + Sync>;

/// A job and what it does.
pub struct JobHandler {
    /// The job.
    pub job: Job,
    run: RunJob,
}

impl JobHandler {
    /// A job and what it does.
    pub fn new<F, Fut>(job: Job, run: F) -> Self
    where
        F: Fn(JobCx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<JobReport>> + Send + 'static,
    {
        JobHandler { job, run: Box::new(move |cx| Box::pin(run(cx))) }
    }

    /// Runs it, for at most `time` less what it keeps to spare.
    ///
    /// # Errors
    /// What kept the whole run from working.
    pub async fn run(&self, world: &World, input: JobInput, invocation: &str, time: Duration) -> Result<JobReport> {
        let started = Instant::now();
        let cx = JobCx {
            now: input.time.map_or_else(|| world.now(), whole_ms),
            dry_run: input.dry_run,
            world: world.clone(),
            job: self.job,
            invocation: invocation.to_owned(),
            stop_at: started + time.saturating_sub(SPARE.min(time / 2)),
        };
        let done = (self.run)(cx).await;
        let ms = started.elapsed().as_secs_f64() * 1_000.0;
        let counts = done.as_ref().map_or_else(
            |_| Vec::new(),
            |report| {
                vec![
                    ("done", report.done),
                    ("skipped", report.skipped),
                    ("failed", report.failed),
                    ("parked", report.parked),
                    ("held", report.held),
                ]
            },
        );
        crate::log::run(self.job.name, &counts, ms, done.as_ref().err());
        done
    }
}
