//! `cargo run`: the whole of Steward on this machine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use local::app::BLOBS;
use local::clock::MovableClock;
use local::demo::{OWNER_EMAIL, PASSWORD};
use local::embedded::dynamo::{AUDIT, MAIN};
use local::embedded::{ACCESS_KEY, REGION, SECRET_KEY, quick_retries, s3};
use local::{App, Settings, demo, server};
use runtime::Config;
use tokio::net::TcpListener;

/// Steward on this machine: the API, an embedded DynamoDB, S3 and event bus, and a clock that moves.
#[derive(Parser)]
struct Options {
    /// Where the data is kept.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Keep nothing: all is gone with the process.
    #[arg(long)]
    memory: bool,
    /// Start empty, without the demo tenant.
    #[arg(long)]
    no_demo: bool,
    /// Port of the API.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Port of DynamoDB; S3 and the bus are served on the next two.
    #[arg(long, default_value_t = 8000)]
    services_port: u16,
    /// Address to listen on. Others than loopback let anybody in: the secrets of a local stack are public.
    #[arg(long, default_value = "127.0.0.1")]
    host: std::net::IpAddr,
    /// Web pages that may call the API from a browser.
    #[arg(long, default_value = "http://localhost:5173")]
    allow_origin: Vec<String>,
    /// Log every request.
    #[arg(long, short)]
    verbose: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("steward: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let level = if options.verbose { tracing::Level::INFO } else { tracing::Level::WARN };
    tracing_subscriber::fmt().with_max_level(level).with_target(false).init();
    // Before anything is loaded: a port that is taken is said at once.
    let at = |port: u16| SocketAddr::new(options.host, port);
    let (api_at, services) = (at(options.port), options.services_port);
    let api = listen(api_at).await?;
    let (dynamo, objects, bus) =
        (listen(at(services)).await?, listen(at(services + 1)).await?, listen(at(services + 2)).await?);

    let data = (!options.memory).then(|| options.data.clone());
    let folder = data.clone();
    let clock = match &data {
        Some(folder) => {
            forget_half_a_demo(folder)?;
            std::fs::create_dir_all(folder)?;
            MovableClock::kept_in(folder)?
        }
        None => MovableClock::real(),
    };
    let mut config = Config::for_stage("local");
    config.app_url = format!("http://{api_at}");
    let app = App::start(Settings {
        data,
        clock,
        config,
        ids: None,
        retries: quick_retries(),
        payments: None,
        pdfs: cfg!(feature = "pdf"),
        s3_port: services + 1,
    })
    .await?;
    if !options.no_demo && app.is_empty()? {
        load_demo(&app, folder.as_deref()).await?;
    }

    println!("{}", greeting(&options));
    let (stop, stopped) = tokio::sync::watch::channel(());
    let until = || {
        let mut stopped = stopped.clone();
        async move {
            let _ = stopped.changed().await;
        }
    };
    let services = tokio::spawn({
        let (app, dynamo_until, s3_until, bus_until) = (app.clone(), until(), until(), until());
        async move {
            let objects_router = s3::router(app.objects().clone());
            let bus_router = app.bus().router();
            let _ = tokio::join!(
                app.dynamo().serve(dynamo, dynamo_until),
                axum::serve(objects, objects_router).with_graceful_shutdown(s3_until).into_future(),
                axum::serve(bus, bus_router).with_graceful_shutdown(bus_until).into_future(),
            );
        }
    });
    let background = tokio::spawn({
        let app = app.clone();
        async move { app.run().await }
    });
    let router = server::router(app.clone(), options.allow_origin);
    axum::serve(api, router)
        .with_graceful_shutdown(async {
            let _ = tokio::signal::ctrl_c().await;
            println!("\nStopping.");
        })
        .await?;
    background.abort();
    let _ = stop.send(());
    // Connections that others keep open are theirs to mourn: whatever was answered is in the store.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(2), services).await;
    Ok(())
}

/// Marks a data folder whose demo is not loaded yet: nobody else has written there.
const LOADING: &str = "demo-loading";

/// A start that was killed while it loaded the demo left a part of it: the next one begins anew.
fn forget_half_a_demo(folder: &Path) -> std::io::Result<()> {
    if folder.join(LOADING).exists() { std::fs::remove_dir_all(folder) } else { Ok(()) }
}

/// Loads the demo, so that it is there whole or not at all.
async fn load_demo(app: &App, folder: Option<&Path>) -> Result<(), Box<dyn std::error::Error>> {
    let mark = folder.map(|folder| folder.join(LOADING));
    if let Some(mark) = &mark {
        std::fs::write(mark, "")?;
    }
    demo::load(app, &demo::Progress::on_terminal()).await?;
    if let Some(mark) = &mark {
        std::fs::remove_file(mark)?;
    }
    Ok(())
}

async fn listen(at: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(at)
        .await
        .map_err(|error| format!("cannot listen on {at}: {error}; choose others with --port and --services-port"))
}

fn greeting(options: &Options) -> String {
    let (host, port, services) = (options.host, options.port, options.services_port);
    let api = format!("http://{host}:{port}");
    let (s3, bus) = (services + 1, services + 2);
    let people = if options.no_demo {
        format!("There is no demo tenant. Sign up with POST {api}/v1/tenants; {api}/docs/ shows how.")
    } else {
        let sign_ins = demo::sign_ins().into_iter().map(|(who, email)| format!("  {email:<38} {who}\n"));
        format!(
            "{} is the demo tenant. Sign in with the password: {}\n{}",
            demo::TENANT_NAME,
            demo::PASSWORD,
            sign_ins.collect::<String>()
        )
    };
    format!(
        r#"
Steward is up.
  API       {api}        docs {api}/docs/
  DynamoDB  http://{host}:{services}        tables {MAIN}, {AUDIT}
  S3        http://{host}:{s3}        bucket {BLOBS}
  Events    http://{host}:{bus}        region {REGION}, key {ACCESS_KEY}, secret {SECRET_KEY}

{people}
Try next:
  TOKEN=$(curl -s {api}/v1/sessions -H 'content-type: application/json' -d '{{"email":"{OWNER_EMAIL}","password":"{PASSWORD}"}}' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  curl -s '{api}/v1/tickets?limit=3' -H "authorization: Bearer $TOKEN"
  curl -s {api}/local/clock -H 'content-type: application/json' -d '{{"advance":"PT26H"}}'

Ctrl-C stops it; what was acknowledged is kept."#
    )
}
