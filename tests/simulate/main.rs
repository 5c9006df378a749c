//! `cargo xtask simulate`: random desks on bad days, as many as asked for.

use std::process::ExitCode;

use clap::Parser;
use tests::simulation::{Scene, Seeds};

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
    let Args { seeds, from, look_every, quiet } = Args::parse();
    let (total, failed) = Seeds { from, count: seeds, look_every }.run(&Scene::ready(), |seed, report| {
        if !quiet {
            println!("seed {seed}: {report}");
        }
    });
    println!("{seeds} seeds from {from}: {total}");
    let broken: Vec<String> = failed.iter().map(|seed| format!("seed {seed}")).chain(total.broken()).collect();
    if broken.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("A promise was broken; above stands which, and how to have it again: {}", broken.join(", "));
    ExitCode::FAILURE
}
