//! How long a sign-in takes that fails: with an address that has an account, and with one that has none.

use jiff::Timestamp;
use local::Settings;
use local::clock::MovableClock;
use serde_json::json;
use store::rate::Quota;
use tests::{Person, Stack};

use crate::numbers::{Samples, ratio, timed};

/// Not the password of anybody.
const WRONG: &str = "marble window seventeen otters";

pub(crate) async fn measure(tries: usize) {
    println!("## A sign-in that fails, {tries} tries each, in turns\n");
    let mut settings = Settings { clock: MovableClock::real(), ..Settings::for_test(Timestamp::UNIX_EPOCH) };
    // The owner has signed in as well.
    settings.config.sign_ins = Quota::a_minute(tries + 1);
    let stack = Stack::with(settings).await;
    let owner = stack.msp("Bench").await;
    let (mut known, mut unknown) = (Samples::default(), Samples::default());
    for _ in 0..tries {
        known.push(failed(&stack.nobody(), &owner.email).await);
        unknown.push(failed(&stack.nobody(), "nobody@bench.example").await);
    }
    println!("| address | p50 ms | p95 ms | p50 to the known one's |\n|---|---|---|---|");
    for (which, samples) in [("known", &known), ("unknown", &unknown)] {
        let (median, p95) = (samples.median(), samples.p95());
        println!("| {which} | {median:.2} | {p95:.2} | {} |", ratio(median, known.median()));
    }
    println!();
}

async fn failed(nobody: &Person, email: &str) -> std::time::Duration {
    let body = json!({ "email": email, "password": WRONG });
    let (answer, took) = timed(nobody.post("/v1/sessions").json(&body).send()).await;
    answer.expect(401);
    took
}
