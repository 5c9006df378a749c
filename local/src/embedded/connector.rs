//! The seam: an HTTP client for the AWS SDKs that hands their requests to the embedded services
//! without a socket. Here, and only here, calls are counted, checked and failed on purpose.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::RetryConfig;
use http_body_util::BodyExt;
use s3s::service::S3Service;

use super::bus::Bus;
use super::call::{Call, Service, Touch};
use super::dynamo::Dynamo;
use super::faults::{self, Fault, Faults};
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
        Self(Arc::new(Inner { dynamo, objects, bus, recorder: Recorder::default(), faults }))
    }

    /// What was called.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        &self.0.recorder
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
        let dynamodb = aws_sdk_dynamodb::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_dynamodb::config::Region::new(REGION))
            .endpoint_url("http://dynamodb.embedded")
            .credentials_provider(credentials())
            .retry_config(retries.clone())
            .http_client(self.clone());
        let s3 = aws_sdk_s3::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_s3::config::Region::new(REGION))
            .endpoint_url(s3_endpoint)
            .force_path_style(true)
            .credentials_provider(credentials())
            .retry_config(retries.clone())
            .http_client(self.clone());
        let events = aws_sdk_eventbridge::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_eventbridge::config::Region::new(REGION))
            .endpoint_url("http://events.embedded")
            .credentials_provider(credentials())
            .retry_config(retries)
            .http_client(self.clone());
        Clients {
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            events: aws_sdk_eventbridge::Client::from_conf(events.build()),
        }
    }

    async fn pass(self, request: HttpRequest, caller: Caller) -> Result<HttpResponse, ConnectorError> {
        let call = Call::read(&request);
        let fault = {
            let mut plan = self.0.faults.lock().unwrap_or_else(PoisonError::into_inner);
            plan.next(&caller.function, &call)
        };
        self.0.recorder.note(&caller.function, &call, fault);
        if let Some(key) = caller.stray(&call.touches) {
            let Caller { function, tenant } = &caller;
            let tenant = tenant.as_deref().unwrap_or_default();
            let message = format!("{function} works for {tenant} and must not touch {key}");
            return Ok(match call.service {
                Service::S3 => faults::xml(403, "AccessDenied", &message),
                _ => faults::refusal("AccessDeniedException", &message),
            });
        }
        match fault {
            None => self.serve(request, call.service).await,
            Some(Fault::AnswerLost) => {
                self.serve(request, call.service).await?;
                Err(faults::lost())
            }
            Some(before) => faults::answer(before, &call),
        }
    }

    async fn serve(&self, request: HttpRequest, service: Service) -> Result<HttpResponse, ConnectorError> {
        match service {
            Service::DynamoDb(operation) => {
                let dynamo = self.0.dynamo.clone();
                // SQLite may wait for the disk or for another writer: not on the async threads.
                let answer = tokio::task::spawn_blocking(move || {
                    let body = request.body().bytes().unwrap_or_default();
                    dynamo.answer(&operation, body)
                });
                let (status, body) = answer.await.map_err(unexpected)?;
                Ok(faults::response(status, "application/x-amz-json-1.0", body))
            }
            Service::EventBridge => {
                let body = request.body().bytes().unwrap_or_default();
                let (status, answer) = self.0.bus.put_events(body);
                Ok(faults::json(status, &answer))
            }
            Service::S3 => self.serve_s3(request).await,
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
