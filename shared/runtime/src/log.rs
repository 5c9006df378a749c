//! One log line and one metric record a request, in one place.

use std::sync::OnceLock;

use contract::Spec;
use metrics_cloudwatch_embedded::{Builder, Collector};
use tracing::{Span, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::error::Error;

/// CloudWatch namespace of every metric.
pub const NAMESPACE: &str = "Steward";

static COLLECTOR: OnceLock<&'static Collector> = OnceLock::new();

/// How a line is written: one JSON object, with what the request's span holds under `span`.
pub fn lines<S, W>(to: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .with_writer(to)
}

/// Starts JSON logs on standard output, and metrics in CloudWatch's embedded format beside them. Metrics are told apart
/// by area and by stage, so that two deployments in one account do not add up.
///
/// # Errors
/// When the process has started them before.
pub fn start(area: &'static str, stage: String) -> Result<(), lambda_runtime::Error> {
    let level = tracing_subscriber::filter::LevelFilter::INFO;
    tracing_subscriber::registry().with(lines(std::io::stdout)).with(level).try_init()?;
    let metrics = Builder::new().cloudwatch_namespace(NAMESPACE);
    let collector = metrics.with_dimension("area", area).with_dimension("stage", stage).init()?;
    let _ = COLLECTOR.set(collector);
    Ok(())
}

/// Writes the metrics gathered since the last flush.
pub fn flush() {
    if let Some(collector) = COLLECTOR.get()
        && let Err(error) = collector.flush(std::io::stdout())
    {
        tracing::warn!(%error, "metrics were not written");
    }
}

/// The line of a request, and its metrics.
pub(crate) fn request(span: &Span, spec: &Spec, status: u16, ms: f64, error: Option<&Error>) {
    metrics::counter!("requests").increment(1);
    metrics::histogram!("latency_ms").record(ms);
    if status >= 500 {
        metrics::counter!("errors").increment(1);
    }
    let (method, path) = (spec.method.as_str(), spec.path);
    span.in_scope(|| match error {
        Some(error) if status >= 500 => tracing::error!(method, path, status, ms, %error, "request"),
        Some(error) => tracing::info!(method, path, status, ms, %error, "request"),
        None => tracing::info!(method, path, status, ms, "request"),
    });
}

/// The line of a job's run, a reaction or a piece of plumbing, and its metrics.
pub(crate) fn run(function: &'static str, counts: &[(&'static str, u64)], ms: f64, error: Option<&Error>) {
    metrics::counter!("runs").increment(1);
    metrics::histogram!("latency_ms").record(ms);
    for (name, count) in counts {
        metrics::counter!(*name).increment(*count);
    }
    let counts: String = counts.iter().map(|(name, count)| format!("{name}={count} ")).collect();
    match error {
        Some(error) => {
            metrics::counter!("errors").increment(1);
            tracing::error!(function, ms, counts = counts.trim_end(), %error, "run");
        }
        None => tracing::info!(function, ms, counts = counts.trim_end(), "run"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_name_their_area_and_their_stage() {
        start("tickets", "staging".to_owned()).expect("nobody else starts here");
        metrics::counter!("requests").increment(1);
        let mut written = Vec::new();
        COLLECTOR.get().expect("started").flush(&mut written).expect("written");
        let record: serde_json::Value = serde_json::from_slice(&written).expect("one JSON record");
        assert_eq!(
            (&record["area"], &record["stage"], &record["requests"]),
            (&"tickets".into(), &"staging".into(), &1.into())
        );
        let told = &record["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(told["Namespace"], NAMESPACE);
        assert_eq!(told["Dimensions"], serde_json::json!([["area", "stage"]]));
    }
}
