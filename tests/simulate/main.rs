//! `cargo xtask simulate`: random desks on bad days, as many as asked for.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a simulation that cannot go on panics")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use clap::Parser;
use tests::simulation::{Scene, Total, run};
use tokio::runtime::{Builder, Runtime};

/// Runs random desks on bad days and looks whether what is promised holds.
#[derive(Parser)]
#[command(name = "cargo xtask simulate", bin_name = "cargo xtask simulate")]
struct Args {
    /// How many seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first one.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Steps between two looks at the invariants; a step is up to five operations at once.
    #[arg(long, default_value_t = 1)]
    look_every: usize,
    /// Say nothing of the seeds that held.
    #[arg(long)]
    quiet: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let next = AtomicU64::new(args.from);
    let (total, failed) = (Mutex::new(Total::default()), Mutex::new(Vec::new()));
    thread::scope(|threads| {
        for _ in 0..thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            threads.spawn(|| work(&args, &next, &total, &failed));
        }
    });
    let (total, mut failed) = (total.into_inner().unwrap(), failed.into_inner().unwrap());
    failed.sort_unstable();
    println!("{} seeds from {}: {total}", args.seeds, args.from);
    let broken: Vec<String> = failed.iter().map(|seed| format!("seed {seed}")).chain(total.broken()).collect();
    if broken.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("A promise was broken; above stands which, and how to have it again: {}", broken.join(", "));
    ExitCode::FAILURE
}

/// Seed after seed. One that fails has said so, and how to have it again; the next one goes on.
fn work(args: &Args, next: &AtomicU64, total: &Mutex<Total>, failed: &Mutex<Vec<u64>>) {
    let runtime =
        || -> Runtime { Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime") };
    let scene = runtime().block_on(Box::pin(Scene::set_up()));
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= args.from + args.seeds {
            return;
        }
        let scene = scene.anew();
        let done = catch_unwind(AssertUnwindSafe(|| runtime().block_on(Box::pin(run(&scene, seed, args.look_every)))));
        let Ok(report) = done else {
            failed.lock().unwrap().push(seed);
            continue;
        };
        if !args.quiet {
            println!("seed {seed}: {report}");
        }
        total.lock().unwrap().add(&report);
    }
}
