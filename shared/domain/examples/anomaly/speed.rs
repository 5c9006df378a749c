//! How fast, and how large.

use std::time::Instant;

use domain::insights::{Series, Settings, WEEK};

/// Runs that many daily series through that many days, and keeps all their states.
pub(crate) fn measure(series: usize, days: usize) {
    let settings = Settings::default();
    let before = resident_mib();
    let started = now();
    let mut found = 0;
    let mut states = Vec::with_capacity(series);
    for n in 0..series {
        let mut state = Series::new(WEEK);
        for day in 0..days {
            let verdict = state.observe(Some(value(n as u64, day as u64)), false, &settings);
            found += usize::from(verdict.anomaly.is_some_and(|anomaly| anomaly.points == 1));
        }
        states.push(state);
    }
    let seconds = started.elapsed().as_secs_f64();
    let rate = series as f64 / seconds;
    println!(
        "{series} series of {days} days, one thread: {seconds:.1} s, {rate:.0} series a second, {found} anomalies."
    );
    let next = now();
    for (n, state) in states.iter_mut().enumerate() {
        state.observe(Some(value(n as u64, days as u64)), false, &settings);
    }
    println!("One more day of all of them: {:.2} s.", next.elapsed().as_secs_f64());
    match (before, resident_mib()) {
        (Some(before), Some(after)) => println!("Resident, with all states kept: {:.0} MiB.", after - before),
        _ => println!("Resident memory: not measured, there is no /proc/self/statm here."),
    }
    if let Some(state) = states.first() {
        println!("A state as JSON: {} bytes.", serde_json::to_string(state).map_or(0, |text| text.len()));
    }
}

/// A value with a level of the series' own, a week, and noise; every thousandth is a spike.
fn value(series: u64, day: u64) -> f64 {
    // SplitMix64: the same numbers in every run.
    let mut bits = (series << 32 | day).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    let noise = 0.9 + 0.2 * (bits % 1000) as f64 / 1000.0;
    let week = if day % 7 < 5 { 1.0 } else { 0.4 };
    let spike = if bits.is_multiple_of(1009) { 3.0 } else { 1.0 };
    (10_000.0 + (series % 977) as f64 * 100.0) * week * noise * spike
}

#[allow(clippy::disallowed_methods, reason = "a duration is measured")]
fn now() -> Instant {
    Instant::now()
}

/// From Linux' `/proc/self/statm`, whose second field is in pages; they are of 4 KiB where this is measured.
fn resident_mib() -> Option<f64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4.0 / 1024.0)
}
