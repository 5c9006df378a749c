//! The whole stack as a value: the embedded services, every function over them, a clock that moves.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use contract::Secret;
use contract::need::Needs;
use jiff::{SignedDuration, Timestamp};
use runtime::jobs::JobInput;
use runtime::payments::Payments;
use runtime::secrets::Secrets;
use runtime::world::{Parts, ids_after};
use runtime::{Clock, Config, JobReport, World};
use s3s::service::S3Service;
use serde::Serialize;
use store::{IdSource, Names};
use tempfile::TempDir;
use tokio::sync::{Mutex, Notify};

use crate::clock::{ClockError, MovableClock};
use crate::embedded::bus::Bus;
use crate::embedded::dynamo::{AUDIT, Dynamo, MAIN};
use crate::embedded::{Caller, Seam, quick_retries, s3};
use crate::functions::Functions;
use crate::mailbox::Mailbox;
use crate::provider::TestProvider;
use crate::pump::Position;
use crate::schedule::{self, Schedule};

/// The bucket of large texts.
pub const BLOBS: &str = "steward-blobs";
/// The master secret of every local stack. Not a secret: the stack listens on loopback only.
pub const MASTER_SECRET: &str = "steward-local-master-secret-that-is-no-secret";
/// What the payment provider's webhooks are signed with here: two, as while they rotate. Not secrets either.
pub const WEBHOOK_SECRETS: [&str; 2] = ["whsec_steward_local_new", "whsec_steward_local_old"];
/// How long a job may run here, as a Lambda may.
const JOB_TIME: Duration = Duration::from_secs(300);

/// What a stack is made with.
pub struct Settings {
    /// Where data is kept; in memory when absent.
    pub data: Option<PathBuf>,
    /// Its clock.
    pub clock: MovableClock,
    /// Its limits and names.
    pub config: Config,
    /// New ids, where a test draws its own.
    pub ids: Option<IdSource>,
    /// How often the SDKs try again.
    pub retries: RetryConfig,
    /// Who moves money; the one that moves none when absent.
    pub payments: Option<Payments>,
    /// Whether PDFs are made; only with the feature `pdf`. Each takes a good part of a second in a dev build, and few tests
    /// read one.
    pub pdfs: bool,
    /// Where the embedded S3 listens, for links to files.
    pub s3_port: u16,
}

impl Settings {
    /// In memory, for a test that starts at an instant. Nobody is limited.
    #[must_use]
    pub fn for_test(now: Timestamp) -> Self {
        let mut config = Config::for_stage("local");
        config.calls = store::rate::Limit::per_minute(1_000_000, 1_000_000);
        Settings {
            data: None,
            clock: MovableClock::frozen(now),
            config,
            ids: None,
            retries: quick_retries(),
            payments: None,
            pdfs: false,
            s3_port: 8001,
        }
    }
}

/// The stack. Clones share it.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    parts: Parts,
    functions: Functions,
    clock: MovableClock,
    dynamo: Dynamo,
    objects: S3Service,
    // Holds the objects of a stack in memory; removed with it.
    _scratch: Option<TempDir>,
    bus: Bus,
    seam: Seam,
    mailbox: Mailbox,
    provider: TestProvider,
    position: Mutex<Position>,
    schedules: Vec<(&'static str, Schedule)>,
    run_to: Mutex<Timestamp>,
    work: Notify,
    pdfs: bool,
}

/// A job's run that came due while the clock moved.
#[derive(Clone, Debug, Serialize)]
pub struct ScheduledRun {
    /// The job.
    pub job: &'static str,
    /// When it was due.
    pub at: Timestamp,
    /// What it did; absent when it failed.
    pub report: Option<JobReport>,
}

/// Why a stack did not start, or did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The embedded services did not start.
    #[error("the local stack did not start: {0}")]
    Start(String),
    /// The clock did not move.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// Too many runs, or a schedule that is none.
    #[error("{0}")]
    Schedule(String),
    /// There is no such job.
    #[error("there is no job {0}")]
    NoSuchJob(String),
    /// The job failed as a whole.
    #[error(transparent)]
    Job(#[from] runtime::Error),
}

impl App {
    /// Starts a stack.
    ///
    /// # Errors
    /// When the data folder cannot be opened.
    pub async fn start(settings: Settings) -> Result<Self, AppError> {
        let failed = |error: &dyn std::fmt::Display| AppError::Start(error.to_string());
        let Settings { data, clock, config, ids, retries, payments, pdfs, s3_port } = settings;
        let (dynamo, bus) = match &data {
            Some(folder) => (
                Dynamo::in_folder(folder).map_err(|e| failed(&e))?,
                Bus::in_folder(clock.clone(), folder.join("bus")).map_err(|e| failed(&e))?,
            ),
            None => (Dynamo::in_memory().map_err(|e| failed(&e))?, Bus::in_memory(clock.clone())),
        };
        let scratch = if data.is_none() { Some(tempfile::tempdir().map_err(|e| failed(&e))?) } else { None };
        let beside =
            data.clone().or_else(|| scratch.as_ref().map(|folder| folder.path().to_owned())).unwrap_or_default();
        let objects = s3::service(beside.join("s3"), &[BLOBS]).map_err(|e| failed(&e))?;
        let seam = Seam::new(dynamo.clone(), objects.clone(), bus.clone());
        let clients = seam.clients(&format!("http://127.0.0.1:{s3_port}"), retries);
        let provider = TestProvider::new(seam.clone(), &config.app_url);
        let mailbox = Mailbox::beside(seam.clone());
        let secrets = Secrets::from_master(MASTER_SECRET).map_err(|e| failed(&e))?.watched({
            let seam = seam.clone();
            Arc::new(move || seam.note("secretsmanager:GetSecretValue", "secret"))
        });
        let shared_clock: Arc<dyn Clock> = Arc::new(clock.clone());
        let parts = Parts {
            ids: ids.unwrap_or_else(|| ids_after(shared_clock.clone())),
            clock: shared_clock,
            dynamo: clients.dynamodb,
            s3: clients.s3,
            events: clients.events,
            names: Names { main: MAIN.to_owned(), audit: AUDIT.to_owned(), blobs: BLOBS.to_owned() },
            mail: Arc::new(mailbox.clone()),
            payments: payments.unwrap_or_else(|| Payments {
                provider: Arc::new(provider.clone()),
                webhook_secrets: WEBHOOK_SECRETS.map(|secret| Secret::from(secret.to_owned())).to_vec(),
            }),
            secrets: Some(secrets),
            config: Arc::new(config),
        };
        let functions = Functions::deploy(&parts);
        let schedules = functions.jobs.iter().map(|job| {
            let schedule =
                Schedule::new(job.handler.job.schedule, "UTC").map_err(|e| AppError::Schedule(e.to_string()))?;
            Ok((job.handler.job.name, schedule))
        });
        let schedules = schedules.collect::<Result<Vec<_>, AppError>>()?;
        let position = Mutex::new(Position::open(data.as_deref()));
        let (run_to, work) = (Mutex::new(clock.now()), Notify::new());
        let inner = Inner {
            parts,
            functions,
            clock,
            dynamo,
            objects,
            _scratch: scratch,
            bus,
            seam,
            mailbox,
            provider,
            position,
            schedules,
            run_to,
            work,
            pdfs,
        };
        Ok(App(Arc::new(inner)))
    }

    /// What every function's world is made of.
    #[must_use]
    pub fn parts(&self) -> &Parts {
        &self.0.parts
    }

    /// A world that may do anything, for tests and for loading the demo.
    #[must_use]
    pub fn world(&self) -> World {
        World::from_parts(&self.0.parts, &Needs::from([contract::Need::Secret]))
    }

    /// Every function.
    #[must_use]
    pub fn functions(&self) -> &Functions {
        &self.0.functions
    }

    /// The one clock.
    #[must_use]
    pub fn clock(&self) -> &MovableClock {
        &self.0.clock
    }

    /// The embedded DynamoDB.
    #[must_use]
    pub fn dynamo(&self) -> &Dynamo {
        &self.0.dynamo
    }

    /// The embedded S3.
    #[must_use]
    pub fn objects(&self) -> &S3Service {
        &self.0.objects
    }

    /// The bus.
    #[must_use]
    pub fn bus(&self) -> &Bus {
        &self.0.bus
    }

    /// Where calls to the services are counted, recorded and made to fail.
    #[must_use]
    pub fn seam(&self) -> &Seam {
        &self.0.seam
    }

    /// Mail that would have been sent.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.0.mailbox
    }

    /// The payment provider that moves no money.
    #[must_use]
    pub fn provider(&self) -> &TestProvider {
        &self.0.provider
    }

    /// Whether a reaction gets its events here.
    pub(crate) fn listens(&self, reaction: &str) -> bool {
        (self.0.pdfs && cfg!(feature = "pdf")) || reaction != contract::documents::RENDER.name
    }

    pub(crate) fn position(&self) -> &Mutex<Position> {
        &self.0.position
    }

    /// Something may have happened that has to be carried on.
    pub(crate) fn wake(&self) {
        self.0.work.notify_one();
    }

    /// Runs a job, as its schedule or a person would.
    ///
    /// # Errors
    /// When there is no such job, or it fails as a whole.
    pub async fn run_job(&self, name: &str, input: JobInput) -> Result<JobReport, AppError> {
        let job = self.0.functions.jobs.iter().find(|job| job.handler.job.name == name);
        let job = job.ok_or_else(|| AppError::NoSuchJob(name.to_owned()))?;
        let invocation = format!("run_{}", (self.0.parts.ids)().simple());
        let run = job.handler.run(&job.world, input, &invocation, JOB_TIME);
        let report = Caller::function(name).run(run).await?;
        self.wake();
        Ok(report)
    }

    /// Moves time forward, and runs every schedule that falls due on the way, in order.
    ///
    /// # Errors
    /// When the clock refuses, or more runs fall due than one move may hold.
    pub async fn advance(&self, by: SignedDuration) -> Result<Vec<ScheduledRun>, AppError> {
        if by.is_negative() {
            return Err(ClockError::Backwards.into());
        }
        self.settle().await;
        let to = self.0.clock.now().checked_add(by).map_err(|_| ClockError::TooFar)?;
        let runs = self.run_schedules(to).await?;
        self.0.clock.advance_to(to)?;
        Ok(runs)
    }

    /// Runs what falls due up to an instant, each at its time. Whoever comes second finds it done.
    async fn run_schedules(&self, to: Timestamp) -> Result<Vec<ScheduledRun>, AppError> {
        let mut run_to = self.0.run_to.lock().await;
        let due = schedule::due(&self.0.schedules, *run_to, to).map_err(|e| AppError::Schedule(e.to_string()))?;
        let mut runs = Vec::with_capacity(due.len());
        for (at, job) in due {
            self.0.clock.advance_to(at)?;
            let report = self.run_job(job, JobInput { time: Some(at), dry_run: false }).await;
            if let Err(error) = &report {
                tracing::error!(job, %error, "a scheduled run failed");
            }
            self.settle().await;
            runs.push(ScheduledRun { job, at, report: report.ok() });
        }
        *run_to = to.max(*run_to);
        Ok(runs)
    }

    /// Carries events on as they happen, and runs schedules as they fall due, until the future is dropped.
    pub async fn run(&self) {
        /// How often the schedules are looked at; theirs are whole minutes.
        const TICK: Duration = Duration::from_secs(5);
        loop {
            self.settle().await;
            let _ = tokio::time::timeout(TICK, self.0.work.notified()).await;
            if let Err(error) = self.run_schedules(self.0.clock.now()).await {
                tracing::error!(%error, "the schedules did not run");
            }
        }
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        MovableClock::now(self)
    }
}

impl App {
    /// Whether nothing has been stored yet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_empty(&self) -> Result<bool, AppError> {
        let first = self.0.dynamo.execute("Scan", &serde_json::json!({ "TableName": MAIN, "Limit": 1 }));
        let first = first.map_err(|e| AppError::Start(e.to_string()))?;
        Ok(first["Items"].as_array().is_none_or(Vec::is_empty))
    }
}
