//! `cargo xtask bench costs`: how long the reader of cost files takes for a large one, and how much memory.
//!
//! The file is made on the way and given to the reader in pieces, as the job does; nothing of S3 or the store is measured.

#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on panics")]
#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::fmt::Write;
use std::fs;
use std::time::{Duration, Instant};

use domain::ids::{ClientId, UnitId};
use domain::insights::focus::Reader;
use domain::insights::rules::UnitRule;
use jiff::ToSpan;
use jiff::civil::date;
use uuid::Uuid;

/// As the job's.
const PIECE_BYTES: usize = 8 * 1024 * 1024;
const SERVICES: u64 = 60;
const ACCOUNTS: u64 = 40;
const TEAMS: u64 = 10;
const DAYS: u64 = 31;

fn main() {
    let rows: u64 = std::env::args().skip_while(|arg| arg != "--rows").nth(1).map_or(1_000_000, |n| n.parse().unwrap());
    let rule = |team: u64| UnitRule {
        tag: Some("team".to_owned()),
        value: format!("team-{team}"),
        unit: UnitId::from_uuid(Uuid::from_u128(u128::from(team))),
    };
    let mut reader = Reader::new((0..TEAMS).map(rule).collect(), date(2026, 2, 1));
    let before = memory("VmRSS");
    let (mut piece, mut bytes, mut took) = (String::with_capacity(PIECE_BYTES + 4096), 0, Duration::ZERO);
    piece.push_str(
        "AvailabilityZone,BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargeDescription,\
         ChargePeriodEnd,ChargePeriodStart,EffectiveCost,ListCost,ProviderName,PublisherName,RegionId,ResourceId,\
         ServiceCategory,ServiceName,SkuId,SubAccountId,SubAccountName,Tags\r\n",
    );
    for row in 0..rows {
        // Rows of one day stand together, as exports have them; everything else comes in turns.
        let day = date(2026, 1, 1).saturating_add(i64::try_from(row * DAYS / rows).unwrap().days());
        let (service, account, team) = (row % SERVICES, row / 7 % ACCOUNTS, row / 11 % TEAMS);
        let cents = row * 37 % 100_000;
        write!(
            piece,
            "westeurope-1,{}.{:06},1234567,EUR,2026-01-01T00:00:00Z,Usage,\"Compute, hour {}\",{day}T24:00:00Z,{day}T00:00:00Z,\
             0.5,0.7,Microsoft,Microsoft,westeurope,/subscriptions/{account}/vm-{row},Compute,Service {service},sku-{},\
             acc-{account},Account {account},\"{{\"\"team\"\":\"\"team-{team}\"\",\"\"env\"\":\"\"prod\"\"}}\"\r\n",
            cents / 1000,
            cents * 11 % 1_000_000,
            row % 24,
            row % 997,
        )
        .unwrap();
        if piece.len() >= PIECE_BYTES || row + 1 == rows {
            let from = Instant::now();
            reader.feed(piece.as_bytes()).unwrap();
            took += from.elapsed();
            bytes += piece.len();
            piece.clear();
        }
    }
    let from = Instant::now();
    let progress = reader.finish().unwrap();
    let client = ClientId::from_uuid(Uuid::from_u128(1));
    let series = progress.sums.by_series(client, "azure-main").unwrap();
    took += from.elapsed();
    let days: usize = series.values().map(std::collections::BTreeMap::len).sum();
    println!(
        "{rows} rows, {} MiB, {} series, {days} sums by day; {} rows left out",
        bytes >> 20,
        series.len(),
        progress.bad_rows
    );
    println!("read in {:.1} s, {:.0} rows a second", took.as_secs_f64(), rows as f64 / took.as_secs_f64());
    println!(
        "resident before {before} KiB, peak {} KiB, of which {} KiB are the piece",
        memory("VmHWM"),
        PIECE_BYTES >> 10
    );
}

/// What Linux says of this process' memory, in KiB (`proc(5)`).
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
