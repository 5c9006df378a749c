//! `cargo xtask`: the chores of this repository.

use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};
use xtask::generate;

/// The chores of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Write what is generated from shared/contract.
    Generate {
        /// Write nothing; fail if something would change.
        #[arg(long)]
        check: bool,
    },
    /// Measure: reads per due ticket, routes beside raw store calls, sizes and starts of the binaries.
    ///
    /// `bench anomaly --data ../shared/data/anomaly` measures the detector of anomalies instead, and builds little;
    /// so does `bench costs --rows 1000000` with the reader of cost files.
    Bench {
        /// For the benchmark itself, as `--open 1000`; `-- --help` tells them.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Simulate random desks on bad days, each from a seed, and look whether what is promised holds.
    Simulate {
        /// Optimised: builds for many minutes, and is worth it for thousands of seeds.
        #[arg(long)]
        release: bool,
        /// For the simulation itself, as `--seeds 10000` or `--from 17 --seeds 1`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> io::Result<ExitCode> {
    match Args::parse().chore {
        Chore::Generate { check } => generate(check),
        Chore::Bench { args } => bench(&args),
        Chore::Simulate { release, args } => simulate(release, &args),
    }
}

fn generate(check: bool) -> io::Result<ExitCode> {
    let (root, catalog) = (xtask::root(), contract::catalog());
    let drift = generate::drift(&root, &catalog)?;
    for change in &drift {
        println!("{} {}", if check { "differs:" } else { "written:" }, change.path().display());
    }
    if check && !drift.is_empty() {
        println!("Run `cargo xtask generate` and commit what it writes.");
        return Ok(ExitCode::FAILURE);
    }
    if !check {
        generate::mend(&root, &drift)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Built and run by cargo, not linked: this program does without the functions, and so does generating from the contract.
fn bench(args: &[String]) -> io::Result<ExitCode> {
    let (run, args) = match args.split_first() {
        // It needs the domain alone, so it is not in the benchmark that links everything.
        Some((what, rest)) if what == "anomaly" => (["--package", "domain", "--example", "anomaly", "--"], rest),
        Some((what, rest)) if what == "costs" => (["--package", "domain", "--example", "costs", "--"], rest),
        _ => (["--package", "tests", "--bin", "bench", "--"], args),
    };
    let status = Command::new(env!("CARGO"))
        .args(["run", "--release"])
        .args(run)
        .args(args)
        .current_dir(xtask::root())
        .status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// As the benchmark, but built with the whole workspace: what `cargo test` has built is not built again for it.
fn simulate(release: bool, args: &[String]) -> io::Result<ExitCode> {
    let build = ["build", "--quiet", "--workspace", "--bin", "simulate"].into_iter();
    let build = build.chain(release.then_some("--release"));
    let built = Command::new(env!("CARGO")).args(build).current_dir(xtask::root()).status()?;
    if !built.success() {
        return Ok(ExitCode::FAILURE);
    }
    // It is where this very program is, but for the profile.
    let target = std::env::current_exe()?.ancestors().nth(2).map(Path::to_owned).unwrap_or_default();
    let program = target.join(if release { "release" } else { "debug" }).join("simulate");
    let status = Command::new(program).args(args).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
