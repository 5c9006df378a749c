//! `cargo xtask`: the chores of this repository.

use std::io;
use std::process::ExitCode;

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
}

fn main() -> io::Result<ExitCode> {
    match Args::parse().chore {
        Chore::Generate { check } => generate(check),
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
