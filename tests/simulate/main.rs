//! `cargo xtask simulate`: random desks on bad days, as many as asked for.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a simulation that cannot go on panics")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use clap::Parser;
use tests::simulation::{self, Scene};

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
}

fn main() {
    let Args { seeds, from } = Args::parse();
    let next = Arc::new(AtomicU64::new(from));
    let (requests, turned_away) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads: Vec<_> = (0..workers)
        .map(|_| {
            let (next, requests, turned_away) = (next.clone(), requests.clone(), turned_away.clone());
            thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
                runtime.expect("a runtime").block_on(async {
                    let scene = Box::pin(Scene::set_up()).await;
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= from + seeds {
                            return;
                        }
                        let report = Box::pin(simulation::run(&scene.anew(), seed)).await;
                        requests.fetch_add(report.requests, Ordering::Relaxed);
                        turned_away.fetch_add(report.turned_away, Ordering::Relaxed);
                        println!(
                            "seed {seed}: {} operations, {} requests, {} told to come back, {} tickets, {} misses, trace {:016x}",
                            report.operations, report.requests, report.turned_away, report.tickets, report.breaches, report.trace
                        );
                    }
                });
            })
        })
        .collect();
    // A seed that fails has said so, and how to have it again.
    let failed = threads.into_iter().filter_map(|thread| thread.join().err()).count();
    let (requests, turned_away) = (requests.load(Ordering::Relaxed), turned_away.load(Ordering::Relaxed));
    println!(
        "{seeds} seeds from {from}: {requests} requests, {turned_away} told to come back, {failed} threads failed"
    );
    assert!(failed == 0, "a promise was broken; the seed is named above");
    assert!(turned_away * 100 <= requests, "more than one in a hundred was told to come back");
}
