//! `cargo xtask`: the chores of this repository.

use std::io;
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
    Bench {
        /// For the benchmark itself, as `--open 1000`; `-- --help` tells them.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> io::Result<ExitCode> {
    match Args::parse().chore {
        Chore::Generate { check } => generate(check),
        Chore::Bench { args } => bench(&args),
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
    let run = ["run", "--release", "--package", "tests", "--features", "pdf", "--bin", "bench", "--"];
    let status = Command::new(env!("CARGO")).args(run).args(args).current_dir(xtask::root()).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
