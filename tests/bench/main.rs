//! `cargo xtask bench`: what Steward costs, each figure beside another one of the same run.
//!
//! Nothing here fails for being slow: a shared machine's times say little, their ratios more.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that cannot go on panics")]

mod accounts;
mod binaries;
mod invoicing;
mod numbers;
#[cfg(feature = "pdf")]
mod pages;
#[cfg(feature = "pdf")]
#[path = "../../shared/domain/tests/rules/common/papers.rs"]
mod papers;
mod routes;
mod scan;

use std::path::PathBuf;

use clap::Parser;

/// Measures reads per due ticket, calls per invoice, routes beside their raw store calls, PDFs, and the release binaries.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Args {
    /// How many tickets are open, besides those that are due; a scan is measured for each.
    #[arg(long, value_delimiter = ',', default_value = "1000,100000")]
    open: Vec<usize>,
    /// How many tickets are due at each scan.
    #[arg(long, default_value_t = 200)]
    due: usize,
    /// How many contracts are due; an invoice run is measured for each.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000")]
    contracts: Vec<usize>,
    /// How often each route is called.
    #[arg(long, default_value_t = 300)]
    calls: usize,
    /// How often a sign-in fails with a known address, and with an unknown one.
    #[arg(long, default_value_t = 200)]
    sign_ins: usize,
    /// How many lines the invoices have that become PDFs.
    #[arg(long, value_delimiter = ',', default_value = "1,40,400,2000")]
    lines: Vec<usize>,
    /// How often each of them does.
    #[arg(long, default_value_t = 5)]
    pdfs: usize,
    /// How often each binary is started.
    #[arg(long, default_value_t = 5)]
    starts: usize,
    /// Where the release binaries are: `…/lambda`, or `…/release`. Looked for beside this program when absent.
    #[arg(long)]
    binaries: Option<PathBuf>,
}

#[tokio::main]
async fn main() {
    let args = Args::parse();
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    println!("Built with the {profile} profile. Times are wall-clock, on whatever else this machine does.\n");
    scan::measure(&args.open, args.due).await;
    invoicing::measure(&args.contracts).await;
    routes::measure(args.calls).await;
    accounts::measure(args.sign_ins).await;
    #[cfg(feature = "pdf")]
    pages::measure(&args.lines, args.pdfs).await;
    binaries::measure(args.binaries, args.starts).await;
}
