//! `cargo run`: the whole of Steward on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use local::app::{BLOBS, MASTER_SECRET};
use local::clock::MovableClock;
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
    /// Port of the API; DynamoDB, S3 and the bus are served on the next three.
    #[arg(long, default_value_t = 8080)]
    port: u16,
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
    let at = |offset: u16| SocketAddr::new(options.host, options.port + offset);
    let api = listen(at(0)).await?;
    let (dynamo, objects, bus) = (listen(at(1)).await?, listen(at(2)).await?, listen(at(3)).await?);

    let data = (!options.memory).then_some(options.data);
    let clock = match &data {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            MovableClock::kept_in(folder)?
        }
        None => MovableClock::real(),
    };
    let mut config = Config::for_stage("local");
    config.app_url = format!("http://{}", at(0));
    let app = App::start(Settings { data, clock, config, ids: None, retries: quick_retries() }).await?;
    if !options.no_demo && app.is_empty()? {
        demo::load(&app, &demo::Progress::on_terminal()).await?;
    }

    println!("{}", greeting(&options.host.to_string(), options.port, options.no_demo));
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
            println!("\nstopping; what was acknowledged is kept");
        })
        .await?;
    background.abort();
    let _ = stop.send(());
    // Connections that others keep open are theirs to mourn: whatever was answered is in the store.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(2), services).await;
    Ok(())
}

async fn listen(at: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(at).await.map_err(|error| format!("cannot listen on {at}: {error}; choose others with --port"))
}

fn greeting(host: &str, port: u16, no_demo: bool) -> String {
    let api = format!("http://{host}:{port}");
    let services = format!(
        "  API         {api}    docs: {api}/docs\n  DynamoDB    http://{host}:{}    S3: http://{host}:{}    events: http://{host}:{}\n\
         \x20 (region {REGION}, key {ACCESS_KEY} / {SECRET_KEY}, bucket {BLOBS}, STEWARD_SECRET={MASTER_SECRET})",
        port + 1,
        port + 2,
        port + 3,
    );
    let people = if no_demo {
        format!("No demo tenant. Sign up: POST {api}/v1/tenants")
    } else {
        format!(
            "The demo tenant is {}. Everybody's password is {}\n{}",
            demo::TENANT_NAME,
            demo::PASSWORD,
            demo::sign_ins().iter().map(|(who, email)| format!("  {email:<34} {who}")).collect::<Vec<_>>().join("\n"),
        )
    };
    let try_next = format!(
        "Try next:\n  TOKEN=$(curl -s {api}/v1/sessions -H 'content-type: application/json' -d '{{\"email\":\"{}\",\"password\":\"{}\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n  curl -s {api}/v1/tickets?limit=3 -H \"authorization: Bearer $TOKEN\"\n  curl -s {api}/local/clock -H 'content-type: application/json' -d '{{\"advance\":\"PT26H\"}}'",
        demo::OWNER_EMAIL,
        demo::PASSWORD,
    );
    format!("\nSteward is up.\n{services}\n\n{people}\n\n{try_next}\n\nCtrl-C stops it.")
}
