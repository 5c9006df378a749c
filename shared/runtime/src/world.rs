//! What a process has: the clock, ids, the store, the secrets, and the world outside behind small traits.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use store::rate::{Limit, Quota};
use store::{IdSource, Names, Stamp, Store};
use uuid::{ContextV7, Uuid};

use contract::Need;
use contract::need::Needs;

use crate::mail::{Mail, SesMail};
use crate::payments::Payments;
use crate::secrets::Secrets;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Time-ordered ids (UUIDv7) after the given clock; those of one millisecond keep the order in which they were drawn.
pub fn ids_after(clock: Arc<dyn Clock>) -> IdSource {
    let drawn = Mutex::new(ContextV7::new());
    Arc::new(move || {
        let now = clock.now();
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(&drawn, seconds, now.subsec_nanosecond().unsigned_abs()))
    })
}

/// What a deployment sets.
#[derive(Clone, Debug)]
pub struct Config {
    /// The deployment: `local`, `dev`, `staging`, `prod`.
    pub stage: String,
    /// Calls that one user of one tenant may make.
    pub calls: Limit,
    /// Sign-ins that one account may try.
    pub sign_ins: Quota,
    /// Sender of mail.
    pub mail_from: String,
    /// Where people open the app, for links in mail.
    pub app_url: String,
    /// The bus that events go to.
    pub bus: String,
}

impl Config {
    /// The limits that hold unless a deployment says otherwise.
    pub fn for_stage(stage: &str) -> Self {
        Config {
            stage: stage.to_owned(),
            calls: Limit::per_minute(120, 60),
            sign_ins: Quota::a_minute(5),
            mail_from: "Steward <desk@steward.example>".to_owned(),
            app_url: "http://localhost:8080".to_owned(),
            bus: "steward".to_owned(),
        }
    }
}

/// What a process has. Cheap to clone.
#[derive(Clone)]
pub struct World {
    /// Present instant.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: IdSource,
    /// The data.
    pub store: Store,
    /// Mail to people.
    pub mail: Arc<dyn Mail>,
    /// The bus.
    pub events: aws_sdk_eventbridge::Client,
    /// Keys for tokens; absent in functions that did not say that they need them.
    pub secrets: Option<Secrets>,
    /// Who moves money; absent in functions that did not say that they need it.
    pub(crate) payments: Option<Payments>,
    /// Settings.
    pub config: Arc<Config>,
}

/// The parts of which a world is made; [`World::from_parts`] puts them together for one function.
#[derive(Clone)]
pub struct Parts {
    /// Present instant.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: IdSource,
    /// DynamoDB.
    pub dynamo: aws_sdk_dynamodb::Client,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// EventBridge.
    pub events: aws_sdk_eventbridge::Client,
    /// Tables and bucket.
    pub names: Names,
    /// Mail to people.
    pub mail: Arc<dyn Mail>,
    /// The master secret's keys.
    pub secrets: Option<Secrets>,
    /// Who moves money.
    pub payments: Payments,
    /// Settings.
    pub config: Arc<Config>,
}

/// The millisecond that an instant lies in: what is stored and answered is no finer, as keys are not.
pub(crate) fn whole_ms(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

impl World {
    /// How a function that nobody called stamps what it writes: it is its own actor.
    pub(crate) fn stamp(&self, now: Timestamp, function: &'static str, request: &str) -> Stamp {
        Stamp { now, ids: self.ids.clone(), actor: function.to_owned(), function, request: request.to_owned() }
    }

    /// The present instant, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        whole_ms(self.clock.now())
    }

    /// The world of a function: it gets the secrets only if its needs name them.
    pub fn from_parts(parts: &Parts, needs: &Needs) -> Self {
        let secrets = parts.secrets.clone().filter(|_| needs.contains(&Need::Secret));
        let cursors = secrets.as_ref().map(Secrets::cursors);
        World {
            clock: parts.clock.clone(),
            ids: parts.ids.clone(),
            store: Store::new(parts.dynamo.clone(), parts.s3.clone(), parts.names.clone(), cursors),
            mail: parts.mail.clone(),
            events: parts.events.clone(),
            secrets,
            payments: Some(parts.payments.clone()).filter(|_| needs.contains(&Need::Provider)),
            config: parts.config.clone(),
        }
    }

    /// The world of a deployed function, from its environment:
    ///
    /// | Variable | Meaning |
    /// |---|---|
    /// | `STEWARD_STAGE` | name of the deployment; a dimension of every metric |
    /// | `STEWARD_MAIN_TABLE`, `STEWARD_AUDIT_TABLE`, `STEWARD_BLOBS_BUCKET`, `STEWARD_BUS` | where the data is |
    /// | `STEWARD_SECRET_ARN` | the master secret in Secrets Manager |
    /// | `STEWARD_SECRET` | the master secret itself, for a run outside AWS |
    /// | `STEWARD_PAYMENTS_SECRET_ARN` | the payment provider's keys in Secrets Manager, as JSON |
    /// | `STEWARD_PAYMENTS_KEYS` | these keys themselves, for a run outside AWS |
    /// | `STEWARD_MAIL_FROM`, `STEWARD_APP_URL` | sender and links of mail |
    /// | `STEWARD_RATE_BURST`, `STEWARD_RATE_PER_MINUTE` | limit of calls a user |
    ///
    /// # Errors
    /// When the secret is needed and cannot be read.
    #[allow(clippy::disallowed_methods, reason = "the one place that makes the clients")]
    pub async fn from_env(needs: &Needs) -> Result<Self, lambda_runtime::Error> {
        let aws = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let mut config = Config::for_stage(&stage());
        if let Some(from) = setting("STEWARD_MAIL_FROM") {
            config.mail_from = from;
        }
        if let Some(url) = setting("STEWARD_APP_URL") {
            config.app_url = url;
        }
        if let Some(bus) = setting("STEWARD_BUS") {
            config.bus = bus;
        }
        let number = |name: &str| setting(name).and_then(|text| text.parse::<u32>().ok());
        if let (Some(burst), Some(per_minute)) = (number("STEWARD_RATE_BURST"), number("STEWARD_RATE_PER_MINUTE")) {
            config.calls = Limit::per_minute(burst, per_minute);
        }
        let secrets = if needs.contains(&Need::Secret) { Some(master_secret(&aws).await?) } else { None };
        let s3 =
            aws_sdk_s3::config::Builder::from(&aws).force_path_style(setting("AWS_ENDPOINT_URL_S3").is_some()).build();
        let config = Arc::new(config);
        let parts = Parts {
            ids: ids_after(clock.clone()),
            clock,
            dynamo: aws_sdk_dynamodb::Client::new(&aws),
            s3: aws_sdk_s3::Client::from_conf(s3),
            events: aws_sdk_eventbridge::Client::new(&aws),
            names: Names {
                main: setting("STEWARD_MAIN_TABLE").unwrap_or_else(|| "Main".into()),
                audit: setting("STEWARD_AUDIT_TABLE").unwrap_or_else(|| "Audit".into()),
                blobs: setting("STEWARD_BLOBS_BUCKET").unwrap_or_else(|| "blobs".into()),
            },
            mail: Arc::new(SesMail::new(&aws, config.mail_from.clone())),
            secrets,
            payments: if needs.contains(&Need::Provider) { payments(&aws).await? } else { Payments::none() },
            config,
        };
        Ok(World::from_parts(&parts, needs))
    }
}

/// The name of the deployment.
pub(crate) fn stage() -> String {
    setting("STEWARD_STAGE").unwrap_or_else(|| "dev".into())
}

/// A setting of the deployment; one that is empty is not set.
#[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[allow(clippy::disallowed_methods, reason = "the one place that reads the secret")]
async fn master_secret(aws: &aws_config::SdkConfig) -> Result<Secrets, lambda_runtime::Error> {
    if let Some(master) = setting("STEWARD_SECRET") {
        return Ok(Secrets::from_master(&master)?);
    }
    let arn = setting("STEWARD_SECRET_ARN").ok_or("set STEWARD_SECRET_ARN to the master secret's ARN")?;
    let found = aws_sdk_secretsmanager::Client::new(aws).get_secret_value().secret_id(arn).send().await?;
    Ok(Secrets::from_master(found.secret_string().ok_or("the master secret is not a text")?)?)
}

/// The payment provider, as the deployment's secret says.
#[allow(clippy::disallowed_methods, reason = "the one place that reads the provider's keys")]
async fn payments(aws: &aws_config::SdkConfig) -> Result<Payments, lambda_runtime::Error> {
    let keys = match (setting("STEWARD_PAYMENTS_KEYS"), setting("STEWARD_PAYMENTS_SECRET_ARN")) {
        (Some(keys), _) => keys,
        (None, None) => return Ok(Payments::none()),
        (None, Some(arn)) => {
            let found = aws_sdk_secretsmanager::Client::new(aws).get_secret_value().secret_id(arn).send().await?;
            found.secret_string().ok_or("the payment provider's keys are not a text")?.to_owned()
        }
    };
    // The reason would repeat what stands there.
    let keys =
        serde_json::from_str(&keys).map_err(|_| "the payment provider's keys are not as docs/operations.md says")?;
    Ok(Payments::from_keys(keys)?)
}
