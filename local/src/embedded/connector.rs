//! The seam: an HTTP client for the AWS SDKs that hands their requests to the embedded services
//! without a socket. Here, and only here, calls are counted, checked and failed on purpose.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::StalledStreamProtectionConfig;
use aws_sdk_dynamodb::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};
use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::RetryConfig;
use http_body_util::BodyExt;
use s3s::service::S3Service;
use tokio::runtime::RuntimeFlavor;

use super::bus::Bus;
use super::call::{Call, Service, Touch};
use super::dynamo::Dynamo;
use super::faults::{self, Fault, Faults, Side};
use super::lag::{self, Lag};
use super::recorder::Recorder;
use super::{ACCESS_KEY, REGION, SECRET_KEY};

/// What belongs to no tenant starts so: what is looked up before the tenant is known.
const PLATFORM: &str = "-";
/// The index that is sharded by job and not by tenant.
const DUE_INDEX: &str = "/index/by_due";

tokio::task_local! {
    static CALLER: Caller;
}

/// On whose behalf the current task calls.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The function's name, for the record.
    pub function: String,
    /// When known, the only tenant whose keys may be touched.
    pub tenant: Option<String>,
}

impl Caller {
    /// A function that may touch any tenant's keys, as jobs do.
    pub fn function(name: impl Into<String>) -> Self {
        Self { function: name.into(), tenant: None }
    }

    /// Confines the caller to one tenant.
    #[must_use]
    pub fn confined_to(self, tenant: impl Into<String>) -> Self {
        Self { tenant: Some(tenant.into()), ..self }
    }

    /// Runs `work` as this caller. Tasks that it spawns do not inherit it.
    pub async fn run<T>(self, work: impl Future<Output = T>) -> T {
        CALLER.scope(self, work).await
    }

    /// The first key that this caller must not touch.
    fn stray<'a>(&self, touches: &'a [Touch]) -> Option<&'a str> {
        let tenant = self.tenant.as_deref()?;
        let keys = touches.iter().filter(|touch| !touch.resource.ends_with(DUE_INDEX)).flat_map(|touch| &touch.keys);
        keys.map(String::as_str).find(|key| {
            let owner = key.split(['#', '/']).next().unwrap_or_default();
            owner != tenant && owner != PLATFORM
        })
    }
}

/// The seam. Clones share everything.
#[derive(Clone)]
pub struct Seam(Arc<Inner>);

struct Inner {
    dynamo: Dynamo,
    objects: S3Service,
    bus: Bus,
    recorder: Recorder,
    faults: Mutex<Faults>,
    lag: Mutex<Option<Lag>>,
}

/// SDK clients over the seam.
#[derive(Clone, Debug)]
pub struct Clients {
    /// DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// EventBridge.
    pub events: aws_sdk_eventbridge::Client,
}

/// The SDKs' standard retries, three attempts, hurried: nothing here needs time to recover.
#[must_use]
pub fn quick_retries() -> RetryConfig {
    RetryConfig::standard()
        .with_initial_backoff(std::time::Duration::from_millis(1))
        .with_max_backoff(std::time::Duration::from_millis(10))
        // Without jitter, so that a seed does the same again.
        .with_use_static_exponential_base(true)
}

/// No retries, so that each injected fault is seen by our code.
#[must_use]
pub fn no_retries() -> RetryConfig {
    RetryConfig::disabled()
}

/// The credentials that the embedded services know.
#[must_use]
pub fn credentials() -> Credentials {
    Credentials::from_keys(ACCESS_KEY, SECRET_KEY, None)
}

impl Seam {
    /// A seam before these services.
    #[must_use]
    pub fn new(dynamo: Dynamo, objects: S3Service, bus: Bus) -> Self {
        let faults = Mutex::new(Faults::none());
        Self(Arc::new(Inner { dynamo, objects, bus, recorder: Recorder::default(), faults, lag: Mutex::default() }))
    }

    /// From now on the main table's indexes are up to so long behind it, by tokio's clock, as the seed draws.
    ///
    /// # Errors
    /// When the table cannot be copied.
    pub fn lag_indexes(&self, seed: u64, up_to: Duration) -> Result<(), dynoxide::DynoxideError> {
        let lag = Lag::start(&self.0.dynamo, seed, up_to)?;
        *self.0.lag.lock().unwrap_or_else(PoisonError::into_inner) = Some(lag);
        Ok(())
    }

    /// The primary keys in the main table that were written since this was last asked, as often as they were. None while
    /// the indexes do not lag.
    #[must_use]
    pub fn take_written(&self) -> Vec<serde_json::Value> {
        let mut lag = self.0.lag.lock().unwrap_or_else(PoisonError::into_inner);
        lag.as_mut().map(|lag| std::mem::take(&mut lag.written)).unwrap_or_default()
    }

    /// What was called.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        &self.0.recorder
    }

    /// Writes down what the calling function does that goes past here, as if it were a call.
    pub(crate) fn note(&self, action: &str, resource: &str) {
        let caller = CALLER.try_with(Clone::clone).unwrap_or_default();
        self.0.recorder.note_beside(&caller.function, action, resource);
    }

    /// Replaces the plan of faults and returns the one before, which knows how many calls it saw.
    pub fn inject(&self, faults: Faults) -> Faults {
        let mut plan = self.0.faults.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut plan, faults)
    }

    /// SDK clients that call through here. `s3_endpoint` is where S3 is served on a socket, if it
    /// is: presigned URLs point there.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "the clients that everybody else is given are made here")]
    pub fn clients(&self, s3_endpoint: &str, retries: RetryConfig) -> Clients {
        // The SDKs have one quota of retries for the whole process, unless told otherwise: what one stack spends,
        // another would lack, and no run would be like the one before.
        let quota = || RetryPartition::custom("stack").build();
        let dynamodb = aws_sdk_dynamodb::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_dynamodb::config::Region::new(REGION))
            // Every call comes here and nobody looks at a signature: neither the rules for endpoints nor the signing are
            // worth their time, which in a dev build is most of a call's.
            .endpoint_resolver(Here)
            .allow_no_auth()
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(retries.clone())
            .retry_partition(quota())
            .http_client(self.clone());
        let s3 = aws_sdk_s3::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_s3::config::Region::new(REGION))
            .endpoint_url(s3_endpoint)
            .force_path_style(true)
            .credentials_provider(credentials())
            .retry_config(retries.clone())
            .retry_partition(quota())
            .http_client(self.clone());
        let events = aws_sdk_eventbridge::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_eventbridge::config::Region::new(REGION))
            .endpoint_url("http://events.embedded")
            .credentials_provider(credentials())
            .retry_config(retries)
            .retry_partition(quota())
            .http_client(self.clone());
        Clients {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            events: aws_sdk_eventbridge::Client::from_conf(events.build()),
        }
    }

    /// A call to somebody who is not AWS: counted, kept waiting and made to fail like all others.
    ///
    /// # Errors
    /// The fault that struck; whether `work` was done before it, it says itself.
    pub async fn outside<T>(&self, operation: &str, work: impl FnOnce() -> T) -> Result<T, Fault> {
        let caller = CALLER.try_with(Clone::clone).unwrap_or_default();
        let call = Call { service: Service::Outside(operation.to_owned()), touches: Vec::new() };
        let fate = {
            let mut plan = self.0.faults.lock().unwrap_or_else(PoisonError::into_inner);
            plan.next(&caller.function, &call)
        };
        self.0.recorder.note(&caller.function, &call, fate.fault);
        fate.travel(Side::Before).await;
        let answer = match fate.fault {
            None => Ok(work()),
            Some(Fault::AnswerLost) => {
                work();
                Err(Fault::AnswerLost)
            }
            Some(before) => Err(before),
        };
        fate.travel(Side::After).await;
        answer
    }

    async fn pass(self, request: HttpRequest, caller: Caller) -> Result<HttpResponse, ConnectorError> {
        let call = Call::read(&request);
        let fate = {
            let mut plan = self.0.faults.lock().unwrap_or_else(PoisonError::into_inner);
            plan.next(&caller.function, &call)
        };
        self.0.recorder.note(&caller.function, &call, fate.fault);
        fate.travel(Side::Before).await;
        if let Some(key) = caller.stray(&call.touches) {
            let Caller { function, tenant } = &caller;
            let tenant = tenant.as_deref().unwrap_or_default();
            let message = format!("{function} works for {tenant} and must not touch {key}");
            return Ok(match call.service {
                Service::S3 => faults::xml(403, "AccessDenied", &message),
                _ => faults::refusal("AccessDeniedException", &message),
            });
        }
        let answer = match fate.fault {
            None => self.serve(request, call).await,
            Some(Fault::AnswerLost) => self.serve(request, call).await.and_then(|_| Err(faults::lost())),
            Some(before) => faults::answer(before, &call),
        };
        fate.travel(Side::After).await;
        answer
    }

    async fn serve(&self, request: HttpRequest, call: Call) -> Result<HttpResponse, ConnectorError> {
        match &call.service {
            Service::DynamoDb(operation) => {
                let (seam, operation) = (self.clone(), operation.clone());
                let answer = move || {
                    let body = request.body().bytes().unwrap_or_default();
                    if lag::asks_an_index(&call) { seam.ask_index(body) } else { seam.ask_table(&operation, body) }
                };
                // SQLite may wait for the disk or for another writer: not on the async threads. A runtime of one
                // thread is a test's, in memory, where the order of things is to be the same each time.
                let (status, body) = match tokio::runtime::Handle::current().runtime_flavor() {
                    RuntimeFlavor::CurrentThread => answer(),
                    _ => tokio::task::spawn_blocking(answer).await.map_err(unexpected)?,
                };
                Ok(faults::response(status, "application/x-amz-json-1.0", body))
            }
            Service::EventBridge => {
                let body = request.body().bytes().unwrap_or_default();
                let (status, answer) = self.0.bus.put_events(body);
                Ok(faults::json(status, &answer))
            }
            Service::S3 => self.serve_s3(request).await,
            Service::Outside(_) => Err(unexpected("nobody outside is asked by an SDK")),
        }
    }

    fn ask_table(&self, operation: &str, body: &[u8]) -> (u16, String) {
        let answer = self.0.dynamo.answer(operation, body);
        if answer.0 == 200
            && let Some(lag) = self.0.lag.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
            && let Err(error) = lag.note(&self.0.dynamo, &lag::written(operation, body))
        {
            return (error.status_code(), error.to_json());
        }
        answer
    }

    fn ask_index(&self, body: &[u8]) -> (u16, String) {
        match self.0.lag.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(lag) => lag.query(body).unwrap_or_else(|error| (error.status_code(), error.to_json())),
            None => self.0.dynamo.answer("Query", body),
        }
    }

    async fn serve_s3(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let mut request = request.try_into_http1x().map_err(unexpected)?;
        // Signed, but written into the request only by a real connection.
        let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        if let Ok(host) = host.parse() {
            request.headers_mut().insert(http::header::HOST, host);
        }
        let request = request.map(s3s::Body::http_body_unsync);
        let answer = self.0.objects.call(request).await.map_err(unexpected)?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| ConnectorError::io(error.to_string().into()))?;
        let body = aws_smithy_types::body::SdkBody::from(body.to_bytes());
        HttpResponse::try_from(http::Response::from_parts(parts, body)).map_err(unexpected)
    }
}

/// The one endpoint of the embedded DynamoDB.
#[derive(Debug)]
struct Here;

impl ResolveEndpoint for Here {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url("http://dynamodb.embedded").build()))
    }
}

fn unexpected(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ConnectorError {
    ConnectorError::other(error.into(), None)
}

impl fmt::Debug for Seam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seam")
    }
}

impl HttpClient for Seam {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Seam {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let caller = CALLER.try_with(Clone::clone).unwrap_or_default();
        HttpConnectorFuture::new(self.clone().pass(request, caller))
    }
}

#[cfg(test)]
mod tests;
